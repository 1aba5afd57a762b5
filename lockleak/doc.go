// Package lockleak checks that a lock which came as a result value is given up
// on every way out of the function. It does not judge plain mutexes, whose
// imbalance is mostly meant, and it does not follow a lock that was handed on.
//
// # Analyzer lockleak
//
// lockleak: report locks that stay behind when a function returns
//
// A guard is a value that stands for a lock: what an acquire function returns,
// and what a release method gives up. The check looks for a way out of the
// function on which the guard is neither released, nor returned, nor handed on:
// stored in a field, slice, map or closure, sent, passed to a goroutine or to a
// function that keeps it. An acquire that returned an error holds nothing. Ways
// out that end the program, an explicit panic among them, are not judged.
//
// # Category leak
//
// A way out leaves the lock behind. Nobody can give it up any more: the next
// one who wants it waits until the process ends, or until somebody who knows
// the owner closes it.
//
//	func Quota(ctx context.Context, o *nslock.Owner, user string, limit int) error {
//		ns, err := o.LockUser(ctx, user, nslock.Exclusive)
//		// lockvet: acquiring namespace lock of user without releasing it on the way out on line 8; release it on every path
//		if err != nil {
//			return err
//		}
//		if limit < 0 {
//			return errors.New("negative limit")
//		}
//		ns.Release()
//		return nil
//	}
//
// Release it by defer, as soon as it is held:
//
//	func Quota(ctx context.Context, o *nslock.Owner, user string, limit int) error {
//		ns, err := o.LockUser(ctx, user, nslock.Exclusive)
//		if err != nil {
//			return err
//		}
//		defer ns.Release()
//		if limit < 0 {
//			return errors.New("negative limit")
//		}
//		return nil
//	}
//
// The report stands at the call that took the lock, once, and names the first
// way out on which it is lost. Where the lock is meant to stay, say who gives
// it up on the line of the call or above it: //lockvet:ignore leak -- reason.
package lockleak
