// Package quota counts the messages of each user against a limit. It takes
// no lock: whoever changes the mail of a user holds that user's namespace
// lock, and the quota lives under it.
package quota

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/lockvet/lockvet/nslock" // the classes that the directives name
)

// ErrOver says that a user has no room.
var ErrOver = errors.New("over quota")

// A Keeper keeps the count of every user.
type Keeper interface {
	// Add adds n messages to what user has, or takes them away.
	//
	//lockvet:require namespace exclusive key=user
	Add(user string, n int) error

	// Used returns how many messages user has.
	//
	//lockvet:require namespace shared key=user
	Used(user string) (int, error)
}

// Files is a Keeper with one file for each user.
type Files struct {
	dir   string
	limit int
}

// NewFiles returns a Keeper of files in dir that lets every user have limit messages.
func NewFiles(dir string, limit int) *Files { return &Files{dir: dir, limit: limit} }

// Add adds n messages, or fails with ErrOver and changes nothing.
//
//lockvet:require namespace exclusive key=user
func (f *Files) Add(user string, n int) error {
	used, err := f.Used(user)
	if err != nil {
		return err
	}
	if n > 0 && used+n > f.limit {
		return fmt.Errorf("%s has %d of %d: %w", user, used, f.limit, ErrOver)
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(f.path(user), []byte(strconv.Itoa(used+n)), 0o600)
}

// Used reads the file of user; no file is no message.
//
//lockvet:require namespace shared key=user
func (f *Files) Used(user string) (int, error) {
	text, err := os.ReadFile(f.path(user))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

func (f *Files) path(user string) string { return filepath.Join(f.dir, user) }

// Unlimited is a Keeper that counts nothing.
type Unlimited struct{}

// Add does nothing.
func (Unlimited) Add(string, int) error { return nil }

// Used knows of no message.
func (Unlimited) Used(string) (int, error) { return 0, nil }
