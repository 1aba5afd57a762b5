// Command mailserver runs a small mail store in a directory of its own: two
// clients copy to each other at once, a third renames and expunges, and a
// replica is taken meanwhile. It breaks no rule of package nslock.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"sync"

	"fixtures/mailserver/conv"
	"fixtures/mailserver/imap"
	"fixtures/mailserver/jmap"
	"fixtures/mailserver/lmtp"
	"fixtures/mailserver/mboxlist"
	"fixtures/mailserver/quota"
	"fixtures/mailserver/replica"
	"fixtures/mailserver/transfer"

	"github.com/lockvet/lockvet/nslock"
)

func main() {
	log.SetFlags(0)
	rounds := flag.Int("rounds", 20, "how often the clients copy")
	flag.Parse()
	dir, err := os.MkdirTemp("", "mailserver")
	if err != nil {
		log.Fatal(err)
	}
	err = run(context.Background(), os.Stdout, dir, *rounds)
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		log.Fatal(err)
	}
}

// run runs the demonstration in dir and writes what there is at the end.
func run(ctx context.Context, w io.Writer, dir string, rounds int) (err error) {
	locks := filepath.Join(dir, "lock")
	if err := os.Mkdir(locks, 0o700); err != nil {
		return err
	}
	space, err := nslock.Open(locks)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, space.Close()) }()
	store := &transfer.Store{
		Space: space,
		List:  mboxlist.New(filepath.Join(dir, "mail")),
		Quota: quota.NewFiles(filepath.Join(dir, "quota"), 1000),
		Conv:  conv.New(),
	}
	if err := setUp(ctx, store); err != nil {
		return err
	}
	if err := clients(ctx, store, rounds); err != nil {
		return err
	}
	if err := deliveries(ctx, store); err != nil {
		return err
	}
	if err := cleanUp(ctx, store); err != nil {
		return err
	}
	o := store.Space.NewOwner("replica")
	defer func() { err = errors.Join(err, o.Close()) }()
	err = replica.Freeze(ctx, o, store, func(n, of int) { log.Printf("locked %d of %d", n, of) }, func() error {
		log.Printf("%d mailboxes", len(store.List.Names("")))
		return nil
	})
	if err != nil {
		return err
	}
	snap, err := replica.Take(ctx, o, store)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, snap)
	return err
}

func setUp(ctx context.Context, store *transfer.Store) error {
	s := imap.NewSession(store, "setup")
	_, err := s.Serve(ctx, []string{
		"CREATE user.alice",
		"CREATE user.bob",
		"APPEND user.alice lunch on friday",
		"APPEND user.bob minutes",
		"SELECT user.alice",
		"APPEND user.alice Re: lunch on friday",
		"FETCH",
	})
	return errors.Join(err, s.Close())
}

// clients runs two clients that copy to each other, and a replica.
func clients(ctx context.Context, store *transfer.Store, rounds int) error {
	var wg sync.WaitGroup
	errs := make([]error, 3)
	wg.Go(func() { errs[0] = copier(ctx, store, "user.alice", "user.bob", rounds) })
	wg.Go(func() { errs[1] = copier(ctx, store, "user.bob", "user.alice", rounds) })
	wg.Go(func() {
		o := store.Space.NewOwner("early replica")
		_, err := replica.Take(ctx, o, store)
		errs[2] = errors.Join(err, o.Close())
	})
	wg.Wait()
	return errors.Join(errs...)
}

func copier(ctx context.Context, store *transfer.Store, from, to string, rounds int) error {
	s := imap.NewSession(store, from)
	_, err := s.Do(ctx, "SELECT "+from)
	for range rounds {
		if err != nil {
			break
		}
		_, err = s.Do(ctx, "COPY 1 "+to)
	}
	return errors.Join(err, s.Close())
}

// deliveries brings mail by LMTP, and asks for it by JMAP.
func deliveries(ctx context.Context, store *transfer.Store) error {
	server := lmtp.NewServer(store, 3)
	server.SetFilter("bob", func(m lmtp.Message, do lmtp.Actions) {
		if m.Subject == "spam" {
			do.Discard()
			return
		}
		do.FileInto("alice/")
	})
	err := server.Deliver(ctx, []lmtp.Message{
		{Subject: "hello", Recipients: []string{"alice", "bob"}},
		{Subject: "spam", Recipients: []string{"bob"}},
	})
	if err != nil {
		return err
	}
	api := jmap.NewServer(store)
	o := store.Space.NewOwner("jmap")
	for _, req := range []jmap.Request{
		{Method: "Mailbox/get", Account: "alice", Mailbox: "user.alice"},
		{Method: "Email/import", Account: "bob", FromAccount: "alice", Mailbox: "user.bob"},
		{Method: "Quota/get", Account: "bob"},
	} {
		answer, err := api.Do(ctx, o, req)
		if err != nil {
			return errors.Join(err, o.Close())
		}
		log.Printf("%s: %s", req.Method, answer)
	}
	return o.Close()
}

func cleanUp(ctx context.Context, store *transfer.Store) error {
	s := imap.NewSession(store, "cleanup")
	_, err := s.Serve(ctx, []string{
		"SELECT user.alice",
		"EXPUNGE 1 2",
		"RENAME user.alice user.bob.alice",
		"QUOTA bob",
		"THREADS bob",
		"UNSELECT",
	})
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	_, err = store.Repack(ctx, store.Space.NewOwner("repack"), "user.bob")
	return err
}
