// Command deadlock copies from alice to bob and from bob to alice at once.
// Each copy locks the user it copies from, waits until the other has done the
// same, and then locks the user it copies to. With plain locks both would
// wait for ever; package nslock refuses the one that goes against the order,
// which gives way, and the other goes on.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"sync"

	"github.com/lockvet/lockvet/nslock"
)

func main() {
	log.SetFlags(0)
	dir, err := os.MkdirTemp("", "deadlock")
	if err != nil {
		log.Fatal(err)
	}
	err = run(context.Background(), os.Stdout, dir)
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		log.Fatal(err)
	}
}

// run makes both copies with locks in dir and writes what became of each.
func run(ctx context.Context, w io.Writer, dir string) error {
	space, err := nslock.Open(dir)
	if err != nil {
		return err
	}
	users := [2]string{"alice", "bob"}
	results := make([]error, len(users))
	var meet, done sync.WaitGroup
	meet.Add(len(users))
	for i, src := range users {
		done.Go(func() {
			results[i] = copyMail(ctx, space, src, users[1-i], &meet)
		})
	}
	done.Wait()

	for i, src := range users {
		fmt.Fprintf(w, "copy %s => %s: %s\n", src, users[1-i], outcome(results[i]))
	}
	return space.Close()
}

// copyMail copies the mail of src to dst, with both locked by hand and in no
// order. It waits at meet until the other copy has its first lock as well.
func copyMail(ctx context.Context, space *nslock.Space, src, dst string, meet *sync.WaitGroup) (err error) {
	o := space.NewOwner("copy " + src + " to " + dst)
	defer func() { err = errors.Join(err, o.Close()) }()
	from, err := o.LockUser(ctx, src, nslock.Exclusive)
	meet.Done()
	if err != nil {
		return err
	}
	defer from.Release()
	meet.Wait()
	to, err := o.LockUser(ctx, dst, nslock.Exclusive) // want `users-unordered: acquiring namespace lock of dst while holding namespace lock of src`
	if err != nil {
		return err
	}
	defer to.Release()
	return nil
}

func outcome(err error) string {
	if refused, ok := errors.AsType[*nslock.OrderError](err); ok {
		return "refused, " + refused.Category + ": " + refused.Error()
	}
	if err != nil {
		return "failed: " + err.Error()
	}
	return "done"
}
