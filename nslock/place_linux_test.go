package nslock

import (
	"context"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// nextLine returns the place of its caller, one line below.
func nextLine() string {
	_, _, n, _ := runtime.Caller(1)
	return "place_linux_test.go:" + strconv.Itoa(n+1)
}

func TestPlaceIsTheCall(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	o := s.NewOwner("o")
	want := []string{nextLine()}
	ns, err := o.LockUsers(ctx, Exclusive, "alice")
	require.NoError(t, err)
	want = append(want, nextLine())
	ns2, err := o.LockUser(ctx, "bob", Exclusive)
	require.NoError(t, err)
	want = append(want, nextLine())
	ns3, err := o.TryLockUser("carol", Shared)
	require.NoError(t, err)
	want = append(want, nextLine())
	ns4, err := o.LockMailboxUsers(ctx, Exclusive, "user.dave")
	require.NoError(t, err)
	want = append(want, nextLine(), nextLine())
	mb, err := o.OpenMailbox(ctx, MailboxRef{User: "bob", UniqueID: "u1"}, Shared)
	require.NoError(t, err)
	want = append(want, nextLine())
	mn, err := o.LockMboxname(ctx, "u2", Shared)
	require.NoError(t, err)
	var got []string
	for _, h := range o.Held() {
		got = append(got, h.Where)
	}
	require.Equal(t, want, got)
	mn.Release()
	mb.Close()
	for _, n := range []*Namespace{ns, ns2, ns3, ns4} {
		n.Release()
	}
	require.NoError(t, o.Close())
}

func TestPlaceThroughInterfaceAndClosure(t *testing.T) {
	s := openTest(t)
	o := s.NewOwner("o")
	var l interface {
		LockUser(context.Context, string, Mode) (*Namespace, error)
	} = o
	func() {
		defer func() {
			want := nextLine()
			_, _ = l.LockUser(context.Background(), "alice", Shared)
			require.Equal(t, want, o.Held()[0].Where)
		}()
	}()
	require.ErrorIs(t, o.Close(), ErrLeak)
}

//go:noinline
func bothPCs() (fast, walked uintptr) {
	return returnAddress(), func() uintptr { return walkPC() }() //nolint:gocritic // walkPC counts this frame
}

func TestPlaceIsWhatAWalkFinds(t *testing.T) {
	want := nextLine()
	fast, walked := bothPCs()
	require.Equal(t, want, place(fast))
	require.Equal(t, want, place(walked))
	require.Empty(t, place(0))
}
