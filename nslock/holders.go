package nslock

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Holder is somebody who holds a lock: an Owner of this process or another, or a process that
// is not known to have owners, such as a Cyrus one.
type Holder struct {
	PID   int       `json:"pid"`             // 0 if the system does not tell
	Owner string    `json:"owner,omitempty"` // "" for a process without owners
	Class string    `json:"class,omitempty"` // as in Held; "" if only the file is known
	Key   string    `json:"key,omitempty"`   // the userid, the uniqueid, or the index file's path
	File  string    `json:"file"`            // the lock file, below the lock directory; or the index file
	Mode  Mode      `json:"mode"`
	Since time.Time `json:"since"` // zero if unknown, as for Cyrus
	Where string    `json:"where,omitempty"`
}

// String returns the holder as a line of a report.
func (h Holder) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", h.File, h.Mode)
	if h.PID != 0 {
		fmt.Fprintf(&b, " pid %d", h.PID)
	}
	if h.Owner != "" {
		fmt.Fprintf(&b, " owner %q", h.Owner)
	}
	if h.Where != "" {
		fmt.Fprintf(&b, " at %s", h.Where)
	}
	if !h.Since.IsZero() {
		fmt.Fprintf(&b, " since %s", h.Since.Format(time.RFC3339))
	}
	return b.String()
}

// Holders returns who holds the namespace lock of userid, in this process and, on Linux, in
// others: the pid for any process; owner, place and time for those that use this package and let
// this one see, which takes the same user, root, or the owner of the lock directory, and a common
// network namespace. It takes no lock, and the answer may be old when it comes.
func (s *Space) Holders(userid string) ([]Holder, error) {
	user, err := s.canonicalUser(userid)
	if err != nil {
		return nil, err
	}
	file, err := s.userFile(user)
	if err != nil {
		return nil, err
	}
	return s.holdersOf([]string{file})
}

// AllHolders is Holders for every lock file of the directory.
func (s *Space) AllHolders() ([]Holder, error) {
	var files []string
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".lock") {
			rel, err := filepath.Rel(s.dir, path)
			if err != nil {
				return err
			}
			files = append(files, rel)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("nslock: %w", err)
	}
	return s.holdersOf(files)
}

func (s *Space) holdersOf(files []string) ([]Holder, error) {
	wanted := make(map[string]bool, len(files))
	for _, f := range files {
		wanted[f] = true
	}
	all := s.ownHolders()
	others, err := s.foreignHolders(files)
	if err != nil {
		return nil, err
	}
	all = append(all, others...)
	all = slices.DeleteFunc(all, func(h Holder) bool { return !wanted[h.File] })
	slices.SortFunc(all, func(a, b Holder) int {
		return cmp.Or(cmp.Compare(a.File, b.File), a.Since.Compare(b.Since), cmp.Compare(a.PID, b.PID),
			cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Class, b.Class))
	})
	return all, nil
}

// ownHolders returns what the owners of s hold on lock files.
func (s *Space) ownHolders() (all []Holder) {
	now, wall := s.now(), time.Now()
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.Lock()
		for kind, m := range sh.files {
			if entryKind(kind) == kindMutex {
				continue
			}
			for _, e := range m {
				for _, h := range e.holds {
					all = append(all, Holder{
						PID: os.Getpid(), Owner: h.o.name, Class: h.class, Key: h.key, File: e.path, Mode: h.grip,
						Since: wall.Add(-time.Duration(now - h.since)).Round(0), Where: place(h.pc),
					})
				}
			}
		}
		sh.mu.Unlock()
	}
	return all
}
