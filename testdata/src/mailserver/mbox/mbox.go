// Package mbox reads and writes the mailboxes of a store: a mailbox is one
// text file with a line for each message. It opens them under the locks of
// package nslock and leaves the namespace lock to its callers, who know which
// users they work for.
package mbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lockvet/lockvet/nslock"
)

// ErrNoMessage says that a mailbox has no message of that uid.
var ErrNoMessage = errors.New("no such message")

// A Message is one line of a mailbox.
type Message struct {
	UID     int
	Deleted bool
	Subject string
}

func (m Message) String() string {
	flag := "-"
	if m.Deleted {
		flag = "D"
	}
	return fmt.Sprintf("%d\t%s\t%s", m.UID, flag, m.Subject)
}

// A Mailbox is an open mailbox. It is used by one goroutine at a time.
type Mailbox struct {
	ref      nslock.MailboxRef
	lock     *nslock.Mailbox
	messages []Message
	dirty    bool
}

// Create makes the file of the mailbox ref, with no message in it. It is
// this file whose lock says that the mailbox is open.
//
//lockvet:require namespace exclusive key=ref.User
func Create(ref nslock.MailboxRef) error {
	if err := os.MkdirAll(filepath.Dir(ref.IndexPath), 0o700); err != nil {
		return err
	}
	return os.WriteFile(ref.IndexPath, nil, 0o600)
}

// Open opens the mailbox ref. The caller holds its user's namespace lock and
// calls Close before it gives that up, unless the mailbox is parked by then.
//
//lockvet:require namespace mode=mode key=ref.User
func Open(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef, mode nslock.Mode) (*Mailbox, error) {
	lock, err := o.OpenMailbox(ctx, ref, mode)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", ref.UniqueID, err)
	}
	m := &Mailbox{ref: ref, lock: lock}
	if err := m.load(); err != nil {
		lock.Close()
		return nil, err
	}
	return m, nil
}

// Ref says which mailbox it is.
func (m *Mailbox) Ref() nslock.MailboxRef { return m.ref }

// Messages returns a copy of the messages.
func (m *Mailbox) Messages() []Message { return slices.Clone(m.messages) }

// Len returns the number of messages.
func (m *Mailbox) Len() int { return len(m.messages) }

// Append adds a message and returns it with its uid.
func (m *Mailbox) Append(subject string) Message {
	uid := 1
	if n := len(m.messages); n > 0 {
		uid = m.messages[n-1].UID + 1
	}
	msg := Message{UID: uid, Subject: subject}
	m.messages = append(m.messages, msg)
	m.dirty = true
	return msg
}

// Find returns the message of that uid.
func (m *Mailbox) Find(uid int) (Message, error) {
	i := slices.IndexFunc(m.messages, func(msg Message) bool { return msg.UID == uid })
	if i < 0 {
		return Message{}, fmt.Errorf("uid %d: %w", uid, ErrNoMessage)
	}
	return m.messages[i], nil
}

// Delete marks the message of that uid as deleted.
func (m *Mailbox) Delete(uid int) error {
	for i := range m.messages {
		if m.messages[i].UID == uid {
			m.messages[i].Deleted = true
			m.dirty = true
			return nil
		}
	}
	return fmt.Errorf("uid %d: %w", uid, ErrNoMessage)
}

// Expunge drops the messages that are marked and returns how many.
func (m *Mailbox) Expunge() int {
	before := len(m.messages)
	m.messages = slices.DeleteFunc(m.messages, func(msg Message) bool { return msg.Deleted })
	n := before - len(m.messages)
	m.dirty = m.dirty || n > 0
	return n
}

// Save writes the mailbox if it changed.
func (m *Mailbox) Save() error {
	if !m.dirty {
		return nil
	}
	var text strings.Builder
	for _, msg := range m.messages {
		fmt.Fprintln(&text, msg)
	}
	if err := os.WriteFile(m.ref.IndexPath, []byte(text.String()), 0o600); err != nil {
		return err
	}
	m.dirty = false
	return nil
}

// Park gives up the index and keeps the mailbox open, so that nobody repacks
// it while a slow client reads.
func (m *Mailbox) Park() { m.lock.Park() }

// Close closes the mailbox. It may be called twice, and on nil.
func (m *Mailbox) Close() {
	if m != nil {
		m.lock.Close()
	}
}

func (m *Mailbox) load() error {
	f, err := os.Open(m.ref.IndexPath)
	if err != nil {
		return err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.SplitN(lines.Text(), "\t", 3)
		if len(fields) != 3 {
			return fmt.Errorf("%s: bad line %q", m.ref.IndexPath, lines.Text())
		}
		uid, err := strconv.Atoi(fields[0])
		if err != nil {
			return fmt.Errorf("%s: bad uid %q", m.ref.IndexPath, fields[0])
		}
		m.messages = append(m.messages, Message{UID: uid, Deleted: fields[1] == "D", Subject: fields[2]})
	}
	return nil
}
