package main

import (
	"bytes"
	"context"
	"regexp"
	"testing"
	"time"
)

func TestRefused(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var out bytes.Buffer
	if err := run(ctx, &out, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`^copy alice => bob: done
copy bob => alice: refused, users-unordered: acquiring namespace lock of "alice" while holding namespace lock of "bob" \(main\.go:\d+\), in no fixed order; use LockUsers
$`)
	if !want.Match(out.Bytes()) {
		t.Errorf("the copies ended with\n%swant\n%s", out.Bytes(), want)
	}
}
