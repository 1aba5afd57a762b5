package nslock

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// The system tells which files are locked (/proc/locks), with the pid for a POSIX lock and -1 for
// the lock of an open file description; whose descriptor that is stands in /proc/PID/fdinfo. What
// it cannot tell, the owners behind a process, that process says itself: each Space listens on an
// abstract socket whose name holds the device and inode of the lock directory. It leaves no
// file behind, however the process ends, and costs the locks nothing.

// announcer answers other processes that ask who holds what.
type announcer struct{ l *net.UnixListener }

var announced atomic.Int64

// announce starts to answer for s. Without a socket s works as well, only less is seen of it.
func announce(s *Space) *announcer {
	prefix, err := socketPrefix(s.dir)
	if err != nil {
		return nil
	}
	name := fmt.Sprintf("%s%d-%d", prefix, os.Getpid(), announced.Add(1))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
	if err != nil {
		return nil
	}
	go func() {
		for {
			c, err := l.AcceptUnix()
			if err != nil {
				return
			}
			s.answer(c)
		}
	}()
	return &announcer{l: l}
}

func (a *announcer) stop() {
	if a != nil {
		_ = a.l.Close()
	}
}

func socketPrefix(dir string) (string, error) {
	var st syscall.Stat_t
	if err := syscall.Stat(dir, &st); err != nil {
		return "", fmt.Errorf("nslock: lock directory: %w", err)
	}
	return fmt.Sprintf("@nslock/%x-%x/", st.Dev, st.Ino), nil
}

func (s *Space) answer(c *net.UnixConn) {
	defer func() { _ = c.Close() }()
	if _, err := s.peer(c); err != nil {
		return
	}
	_ = c.SetDeadline(time.Now().Add(time.Second))
	_ = json.NewEncoder(c).Encode(s.ownHolders())
}

// peer returns the pid at the other end of c, if it runs as root, as this user, or as the owner
// of the lock directory. Anybody can connect to an abstract socket, and listen on one.
func (s *Space) peer(c *net.UnixConn) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *syscall.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		cred, credErr = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	}); err != nil {
		return 0, err
	}
	if credErr != nil {
		return 0, credErr
	}
	var dir syscall.Stat_t
	err = syscall.Stat(s.dir, &dir)
	if cred.Uid == 0 || int(cred.Uid) == os.Geteuid() || err == nil && cred.Uid == dir.Uid {
		return int(cred.Pid), nil
	}
	return 0, syscall.EPERM
}

// foreignHolders returns the holders of files that are not of s.
func (s *Space) foreignHolders(files []string) ([]Holder, error) {
	inodes := make(map[string]string, len(files)) // as /proc/locks names them
	for _, f := range files {
		var st syscall.Stat_t
		if syscall.Stat(filepath.Join(s.dir, f), &st) == nil {
			inodes[inodeName(&st)] = f
		}
	}
	if len(inodes) == 0 {
		return nil, nil
	}
	locks, err := readLocks("/proc/locks", inodes)
	if err != nil {
		return nil, fmt.Errorf("nslock: %w", err)
	}
	told, err := s.askOthers()
	if err != nil {
		return nil, err
	}
	all := slices.Clone(told)
	known := map[int]bool{os.Getpid(): true}
	for _, h := range told {
		known[h.PID] = true
	}
	hidden := make(map[string]string)
	for _, l := range locks {
		switch {
		case l.pid > 0:
			all = append(all, Holder{PID: l.pid, File: inodes[l.inode], Mode: l.mode})
		case l.pid < 0:
			hidden[l.inode] = inodes[l.inode]
		}
	}
	return append(all, descriptorHolders(hidden, known)...), nil
}

// heldLock is a line of /proc/locks.
type heldLock struct {
	inode string
	pid   int
	mode  Mode
}

func inodeName(st *syscall.Stat_t) string {
	major := (st.Dev>>8)&0xfff | (st.Dev>>32)&^0xfff
	minor := st.Dev&0xff | (st.Dev>>12)&^0xff
	return fmt.Sprintf("%02x:%02x:%d", major, uint32(minor), st.Ino)
}

// readLocks returns the granted fcntl locks on the inodes, from a file in the form of /proc/locks:
// "1: POSIX  ADVISORY  WRITE 4711 08:01:1234 0 EOF". Those who wait have an arrow before the type.
func readLocks(path string, inodes map[string]string) ([]heldLock, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var locks []heldLock
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if l, ok := parseLock(strings.Fields(lines.Text())); ok && inodes[l.inode] != "" {
			locks = append(locks, l)
		}
	}
	return locks, nil
}

func parseLock(field []string) (l heldLock, ok bool) {
	if len(field) < 6 || field[1] != "POSIX" && field[1] != "OFDLCK" {
		return l, false
	}
	pid, err := strconv.Atoi(field[4])
	if err != nil {
		return l, false
	}
	l = heldLock{inode: field[5], pid: pid, mode: Exclusive}
	if field[3] == "READ" {
		l.mode = Shared
	}
	return l, true
}

// askOthers asks every other Space of the directory for what it holds.
func (s *Space) askOthers() (all []Holder, err error) {
	prefix, err := socketPrefix(s.dir)
	if err != nil {
		return nil, err
	}
	table, err := os.ReadFile("/proc/net/unix")
	if err != nil {
		return nil, nil //nolint:nilerr // without a /proc/net no names, only pids
	}
	own := ""
	if s.word != nil {
		own = s.word.l.Addr().String()
	}
	seen := make(map[string]bool)
	for line := range strings.Lines(string(table)) {
		at := strings.Index(line, prefix)
		if at < 0 {
			continue
		}
		name := strings.TrimSpace(line[at:])
		if name != own && !seen[name] {
			seen[name] = true
			all = append(all, s.askOne(name)...)
		}
	}
	return all, nil
}

// askOne returns nothing for a Space that does not answer: its process may be stopped, or gone.
func (s *Space) askOne(name string) []Holder {
	dialer := net.Dialer{Timeout: time.Second}
	c, err := dialer.DialContext(context.Background(), "unix", name)
	if err != nil {
		return nil
	}
	defer c.Close()
	pid, err := s.peer(c.(*net.UnixConn))
	if err != nil {
		return nil
	}
	_ = c.SetDeadline(time.Now().Add(time.Second))
	var held []Holder
	if json.NewDecoder(c).Decode(&held) != nil {
		return nil
	}
	for i := range held {
		held[i].PID = pid
	}
	return held
}

// descriptorHolders finds the processes whose descriptors lock the inodes. It sees the processes
// of this user, or all if it is root.
func descriptorHolders(inodes map[string]string, known map[int]bool) (all []Holder) {
	if len(inodes) == 0 {
		return nil
	}
	procs, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, p := range procs {
		pid, err := strconv.Atoi(p.Name())
		if err != nil || known[pid] {
			continue
		}
		dir := "/proc/" + p.Name() + "/fdinfo"
		fds, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, fd := range fds {
			text, err := os.ReadFile(dir + "/" + fd.Name())
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				break
			}
			for line := range strings.Lines(string(text)) {
				rest, ok := strings.CutPrefix(line, "lock:")
				if !ok {
					continue
				}
				if l, ok := parseLock(strings.Fields(rest)); ok && l.pid < 0 && inodes[l.inode] != "" {
					all = append(all, Holder{PID: pid, File: inodes[l.inode], Mode: l.mode})
				}
			}
		}
	}
	return all
}
