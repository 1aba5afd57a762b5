package main

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"fixtures/mailserver/conv"
	"fixtures/mailserver/mboxlist"
	"fixtures/mailserver/quota"
	"fixtures/mailserver/replica"
	"fixtures/mailserver/transfer"

	"github.com/lockvet/lockvet/nslock"
)

func TestRun(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var out bytes.Buffer
	if err := run(ctx, &out, t.TempDir(), 25); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "user.bob=27 user.bob.alice=27\n"; got != want {
		t.Errorf("the store has %q at the end, want %q", got, want)
	}
}

func TestQuota(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	space, err := nslock.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	store := &transfer.Store{
		Space: space,
		List:  mboxlist.New(filepath.Join(dir, "mail")),
		Quota: quota.NewFiles(filepath.Join(dir, "quota"), 1),
		Conv:  conv.New(),
	}
	o := space.NewOwner("test")
	if err := store.Create(ctx, o, "user.alice"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Append(ctx, o, "user.alice", "one"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Append(ctx, o, "user.alice", "two"); err == nil {
		t.Error("the quota let a second message in")
	}
	usage, err := replica.Usage(ctx, store)
	if err != nil || usage["alice"] != 1 {
		t.Errorf("usage is %v, %v", usage, err)
	}
	if held := o.Held(); len(held) > 0 {
		t.Errorf("still held: %v", held)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	if err := space.Close(); err != nil {
		t.Error(err)
	}
}
