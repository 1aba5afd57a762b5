// Command mailserver_bugs is a mail server with the bugs that Cyrus had: it
// compiles, its tests would pass, and one day two of its processes wait for
// each other. It is there to be looked at by lockvet and not to be run.
package main

import (
	"context"
	"errors"
	"log"
	"os"

	"fixtures/mailserver_bugs/copyjob"
	"fixtures/mailserver_bugs/imap"
	"fixtures/mailserver_bugs/quota"

	"github.com/lockvet/lockvet/nslock"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: mailserver_bugs FROM TO")
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, from, to string) error {
	space, err := nslock.Open("lock")
	if err != nil {
		return err
	}
	src := nslock.MailboxRef{User: from, UniqueID: from + "-1", IndexPath: from}
	dst := nslock.MailboxRef{User: to, UniqueID: to + "-1", IndexPath: to}
	o := space.NewOwner("mailserver_bugs")
	err = errors.Join(
		copyjob.Copy(ctx, o, src, dst),
		imap.Serve(ctx, o, []imap.Command{{Name: "SELECT", Ref: src}, {Name: "COPY", Ref: dst}}),
		imap.Expunge(ctx, o, src, quota.NewTable(o)), // want `ns-under-mailbox: calling imap.Expunge acquires namespace lock while holding mailbox lock \(.*box.go:\d+\): .*Update`
	)
	return errors.Join(err, o.Close(), space.Close())
}
