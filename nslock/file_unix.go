//go:build unix

package nslock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lockFile is an open lock file, and which file it is.
type lockFile struct {
	fd   int
	dev  uint64
	ino  uint64
	near bool // its locks are in this machine's memory
}

var noFile = lockFile{fd: -1}

const openFlags = syscall.O_CLOEXEC | syscall.O_NOFOLLOW | syscall.O_NONBLOCK | syscall.O_NOCTTY

// openFile opens the file of e, and creates a lock file that is not there yet. Cyrus truncates lock
// files when it opens them; they are always empty, and nobody ever removes one.
func (e *entry) openFile(mode Mode) (lockFile, error) {
	path := e.where()
	if e.kind == kindIndex {
		return openIndex(path, mode)
	}
	f, err := openRegular(path, syscall.O_RDWR|openFlags)
	if errors.Is(err, syscall.ENOENT) {
		f, err = createLock(e.s.dir, e.path)
	}
	if err != nil {
		return noFile, fmt.Errorf("nslock: lock file: %w", err)
	}
	f.near = e.s.near
	return f, nil
}

// openIndex opens an index file, for reading alone if it cannot be written and need not be.
func openIndex(path string, mode Mode) (lockFile, error) {
	const flags = syscall.O_CLOEXEC | syscall.O_NONBLOCK | syscall.O_NOCTTY
	f, err := openRegular(path, syscall.O_RDWR|flags)
	if err != nil && mode == Shared && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)) {
		f, err = openRegular(path, syscall.O_RDONLY|flags)
	}
	if err != nil {
		return noFile, fmt.Errorf("nslock: index file: %w", err)
	}
	return f, nil
}

func openRegular(path string, flags int) (lockFile, error) {
	if strings.IndexByte(path, 0) >= 0 {
		return noFile, &fs.PathError{Op: "open", Path: path, Err: syscall.EINVAL}
	}
	var fd int
	err := retry(func() (err error) { fd, err = syscall.Open(path, flags, 0); return err })
	if err != nil {
		return noFile, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return regular(fd, path)
}

// regular closes fd unless it is an ordinary file.
func regular(fd int, path string) (lockFile, error) {
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		syscall.Close(fd)
		return noFile, &fs.PathError{Op: "fstat", Path: path, Err: err}
	}
	if st.Mode&syscall.S_IFMT != syscall.S_IFREG {
		syscall.Close(fd)
		return noFile, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	}
	return lockFile{fd: fd, dev: uint64(st.Dev), ino: uint64(st.Ino)}, nil //nolint:unconvert // other systems have other types
}

// createLock creates a lock file, and the directories between it and the lock directory, as files
// that the server can use: of the owner and group of the lock directory, and open to group or
// others only as far as they could create lock files themselves. The permission to read would be
// enough to lock a file, and so to stop a user's mail.
func createLock(dir, rel string) (lockFile, error) {
	fi, err := os.Stat(dir)
	if err != nil {
		return noFile, err
	}
	for i := range len(rel) {
		if rel[i] == '/' {
			if err := makeDir(filepath.Join(dir, rel[:i]), fi); err != nil {
				return noFile, err
			}
		}
	}
	perm := fs.FileMode(0o600)
	if fi.Mode()&0o020 != 0 {
		perm |= 0o060
	}
	if fi.Mode()&0o002 != 0 {
		perm |= 0o006
	}
	path := dir + "/" + rel
	var fd int
	err = retry(func() (err error) {
		fd, err = syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_EXCL|openFlags, 0o600)
		return err
	})
	if errors.Is(err, syscall.EEXIST) {
		return openRegular(path, syscall.O_RDWR|openFlags) // somebody else was faster
	}
	if err != nil {
		return noFile, &fs.PathError{Op: "create", Path: path, Err: err}
	}
	if err := bestow(fd, path, perm, fi); err != nil {
		syscall.Close(fd)
		return noFile, err
	}
	return regular(fd, path)
}

func makeDir(path string, like fs.FileInfo) error {
	err := os.Mkdir(path, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_DIRECTORY|openFlags, 0)
	if err != nil {
		return &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer syscall.Close(fd)
	return bestow(fd, path, like.Mode().Perm()|0o700, like)
}

// bestow gives a new file the owner and group of like, as far as it is allowed to and it matters,
// and the permissions perm, whatever the umask.
func bestow(fd int, path string, perm fs.FileMode, like fs.FileInfo) error {
	st, ok := like.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if os.Geteuid() == 0 {
		if err := syscall.Fchown(fd, int(st.Uid), int(st.Gid)); err != nil {
			return &fs.PathError{Op: "chown", Path: path, Err: err}
		}
	} else if perm&0o060 == 0o060 && perm&0o006 == 0 {
		var mine syscall.Stat_t
		if err := syscall.Fstat(fd, &mine); err == nil && mine.Gid != st.Gid {
			if err := syscall.Fchown(fd, -1, int(st.Gid)); err != nil {
				return &fs.PathError{Op: "chown", Path: path, Err: err}
			}
		}
	}
	if err := syscall.Fchmod(fd, uint32(perm)); err != nil {
		return &fs.PathError{Op: "chmod", Path: path, Err: err}
	}
	return nil
}

// at reports whether the file is the one at path.
func (f lockFile) at(path string) bool {
	var st syscall.Stat_t
	err := retry(func() error { return syscall.Stat(path, &st) })
	return err == nil && uint64(st.Ino) == f.ino && uint64(st.Dev) == f.dev //nolint:unconvert // other systems have other types
}

func (f lockFile) close() { _ = syscall.Close(f.fd) }

// outOfFiles reports whether err says that the process or the system has no descriptors left.
func outOfFiles(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// lockType is what fcntl calls a mode; 0 unlocks.
func lockType(mode Mode) int16 {
	switch mode {
	case Shared:
		return syscall.F_RDLCK
	case Exclusive:
		return syscall.F_WRLCK
	}
	return syscall.F_UNLCK
}

// retry repeats a call that a signal interrupted.
func retry(call func() error) error {
	for {
		if err := call(); err != syscall.EINTR {
			return err
		}
	}
}
