package nslock

import (
	"fmt"
	"strconv"
	"strings"
)

// SharedNamespace is the userid of the mailboxes that no user owns. It sorts before every valid
// userid in byte order, because a userid neither contains "!" nor begins with a space.
const SharedNamespace = "!"

// A Layout is a generation of Cyrus, by the way it names the lock files of users.
type Layout uint8

const (
	// Cyrus36 is Cyrus 3.6 to 3.10: "*U*" and the userid.
	Cyrus36 Layout = iota
	// Cyrus312 is Cyrus 3.12 and later: "*U*" and the name of the user's inbox, in which a
	// domain comes first and gets a directory of its own.
	Cyrus312
)

// naming is what a Space must know of imapd.conf to find a lock file.
type naming struct {
	layout        Layout
	hash          bool   // hashimapspool
	full          bool   // fulldirhash
	defaultDomain string // defaultdomain
	deletedPrefix string // deletedprefix
}

const (
	userMark   = "*U*"     // begins the lock name of a user
	globalMark = "$GLOBAL" // the lock name of the whole store
	maxPart    = 255       // bytes in a file name
	maxPath    = 4000      // bytes in a lock file's path, below Cyrus's own limit
)

// canonicalUser returns the form of userid under which it is locked and sorted. Cyrus writes "."
// as "^" in names, so "a^b" and "a.b" have one lock file, and it drops the default domain: what
// has one file is one user here too, or the order of userids would not be an order of locks.
func (n *naming) canonicalUser(userid string) (string, error) {
	if userid == SharedNamespace {
		return userid, nil
	}
	if userid == "" {
		return "", fmt.Errorf("%w: userid is empty", ErrName)
	}
	caret := false
	for i := range len(userid) {
		switch c := userid[i]; {
		case c < ' ', c == '/', c == '!', c == 0x7f, c == ' ' && i == 0:
			return "", fmt.Errorf("%w: byte %d of userid %s is %q", ErrName, i, clip(userid), c)
		case c == '^':
			caret = true
		}
	}
	if len(userid) > maxPart-len(userMark)-len(".lock") {
		return "", fmt.Errorf("%w: userid %s has %d bytes, a file name has %d", ErrName, clip(userid), len(userid), maxPart)
	}
	if caret {
		userid = strings.ReplaceAll(userid, "^", ".")
	}
	if n.defaultDomain != "" {
		userid = strings.TrimSuffix(userid, "@"+n.defaultDomain)
	}
	if userid == "" || userid[0] == '@' || userid[len(userid)-1] == '@' {
		return "", fmt.Errorf("%w: userid %s lacks a name or a domain", ErrName, clip(userid))
	}
	return userid, nil
}

// userFile returns the path of the lock file of a canonical userid, below the lock directory.
func (n *naming) userFile(user string) (string, error) {
	if user == SharedNamespace {
		return n.file(userMark)
	}
	local, domain := user, ""
	if at := strings.LastIndexByte(user, '@'); at >= 0 && n.layout == Cyrus312 {
		local, domain = user[:at], user[at+1:]
	}
	local = strings.ReplaceAll(local, ".", "^")
	switch {
	case n.layout == Cyrus36:
		return n.file(userMark + local)
	case domain == "":
		return n.file(userMark + "user." + local)
	}
	return n.file(userMark + domain + "!user." + local)
}

// mailboxFile returns the path of the lock file of a mailbox: by its uniqueid, or, for a mailbox
// that still lives in a directory by name, by its internal name.
func (n *naming) mailboxFile(uniqueid string) (string, error) {
	if strings.HasPrefix(uniqueid, userMark) || uniqueid == globalMark {
		return "", fmt.Errorf("%w: %s names another kind of lock", ErrName, clip(uniqueid))
	}
	return n.file(uniqueid)
}

// indexFile returns the path of the file that stands for a mailbox's index where none is named. A
// part of a name has no dot, so it is no mailbox's.
func (n *naming) indexFile(uniqueid string) (string, error) {
	file, err := n.mailboxFile(uniqueid)
	return strings.TrimSuffix(file, ".lock") + ".index.lock", err
}

// file is the rule of Cyrus's mboxname_hash and mboxname_lockpath for an internal mailbox name:
// a directory for the domain, a hash directory, and a directory for each part but the last.
func (n *naming) file(name string) (string, error) {
	if len(name) > maxPath {
		return "", fmt.Errorf("%w: %s has %d bytes", ErrName, clip(name), len(name))
	}
	box, err := n.parse(name)
	if err != nil {
		return "", err
	}
	parts := box.parts
	if box.user != "" {
		parts = append([]string{"user", box.user}, parts...)
	}
	if box.deleted != "" {
		parts = append(append([]string{n.deletedPrefix}, parts...), box.deleted)
	}
	var b strings.Builder
	if box.domain != "" {
		b.WriteString("domain/")
		if n.hash {
			b.WriteByte(n.hashByte(box.domain))
			b.WriteByte('/')
		}
		b.WriteString(box.domain)
		b.WriteByte('/')
	}
	if n.hash {
		b.WriteByte(n.hashByte(parts[min(1, len(parts)-1)]))
		b.WriteByte('/')
	}
	for i, p := range parts {
		if i > 0 {
			b.WriteByte('/')
		}
		b.WriteString(strings.ReplaceAll(p, ".", "^"))
	}
	b.WriteString(".lock")
	return b.String(), nil
}

// boxName is an internal mailbox name in its parts, with "^" turned back to ".".
type boxName struct {
	domain  string   // of the mailbox, unless it is the default one
	user    string   // local part of the owner; "" for shared mailboxes
	parts   []string // below the user, or all
	deleted string   // the hexadecimal time of a deleted mailbox
}

func (n *naming) parse(name string) (boxName, error) {
	var box boxName
	rest := name
	if bang := strings.IndexByte(name, '!'); bang >= 0 {
		box.domain, rest = name[:bang], name[bang+1:]
		if box.domain == "" || box.domain == "." || box.domain == ".." {
			return box, fmt.Errorf("%w: %s has no domain", ErrName, clip(name))
		}
		if err := checkPart(name, box.domain); err != nil {
			return box, err
		}
		if box.domain == n.defaultDomain {
			box.domain = ""
		}
	}
	box.parts = strings.Split(rest, ".")
	for i, p := range box.parts {
		if err := checkPart(name, p); err != nil {
			return box, err
		}
		box.parts[i] = strings.ReplaceAll(p, "^", ".")
	}
	if len(box.parts) > 2 && box.parts[0] == n.deletedPrefix {
		stamp := box.parts[len(box.parts)-1]
		if t, err := strconv.ParseUint(stamp, 16, 32); err == nil && t != 0 {
			box.deleted = strings.ToUpper(strconv.FormatUint(t, 16))
			box.parts = box.parts[1 : len(box.parts)-1]
		}
	}
	if len(box.parts) > 1 && box.parts[0] == "user" {
		box.user, box.parts = box.parts[1], box.parts[2:]
	}
	return box, nil
}

// owner returns the userid of the owner of an internal mailbox name.
func (n *naming) owner(mboxname string) (string, error) {
	box, err := n.parse(mboxname)
	if err != nil {
		return "", err
	}
	switch {
	case box.user == "":
		return SharedNamespace, nil
	case box.domain != "":
		return box.user + "@" + box.domain, nil
	}
	return box.user, nil
}

// checkPart refuses what cannot be one name in a directory.
func checkPart(name, part string) error {
	if part == "" {
		return fmt.Errorf("%w: %s has an empty part", ErrName, clip(name))
	}
	if len(part) > maxPart-len(".lock") {
		return fmt.Errorf("%w: a part of %s has %d bytes, a file name has %d", ErrName, clip(name), len(part), maxPart)
	}
	for i := range len(part) {
		if c := part[i]; c < ' ' || c == '/' || c == 0x7f {
			return fmt.Errorf("%w: %s contains %q", ErrName, clip(name), c)
		}
	}
	return nil
}

// hashByte is Cyrus's dir_hash_c: the directory for a name, either its first letter or, with
// fulldirhash, a letter from a hash of the name up to its first dot.
func (n *naming) hashByte(name string) byte {
	if !n.full {
		c := name[0]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c < 'a' || c > 'z' {
			c = 'q'
		}
		return c
	}
	var sum uint32
	for i := 0; i < len(name) && name[i] != '.'; i++ {
		sum = (sum<<3 ^ sum>>5) ^ uint32(name[i])
	}
	return 'A' + byte(sum%23)
}

// clip quotes a name for a message, cut to a length that a log can take.
func clip(name string) string {
	if len(name) > 80 {
		return strconv.Quote(name[:80]) + "..."
	}
	return strconv.Quote(name)
}
