// Package nsorder checks that two locks of one class are taken in the order of
// their keys. It does not judge classes that are not declared ordered, unless
// -infer is given, and it does not judge attempts, which never wait.
//
// # Analyzer nsorder
//
// nsorder: report two locks of one class that are held together in no proven order
//
// Two threads that lock the same two users, one in this order and one in the
// other, stop each other for good. The cure is an order that everybody keeps:
// that of the keys. A class whose locks are to be taken so is declared ordered
// (//lockvet:class NAME ordered). Two of its locks may be held together if one
// call took both in order, or if the code proves the order of their keys: by a
// branch on a comparison, by min and max, by sorting what a loop runs over.
// Taking a lock once more that is held already is not judged here.
//
// The key of a lock that comes from a look-up, a channel or a result is not
// known, and so is in no proven order. A call that breaks the order of classes
// is reported for that alone, by inversion.
//
// # Category users-unordered
//
// Two locks of an ordered class are held together, and nothing proves that the
// second sorts after the first. While this thread holds a and waits for b,
// another holds b and waits for a.
//
//	func Copy(ctx context.Context, o *nslock.Owner, src, dst string) error {
//		from, err := o.LockUser(ctx, src, nslock.Exclusive)
//		if err != nil {
//			return err
//		}
//		defer from.Release()
//		to, err := o.LockUser(ctx, dst, nslock.Exclusive)
//		// lockvet: acquiring namespace lock of dst while holding namespace lock of src (line 2), in no fixed order; use LockUsers
//		if err != nil {
//			return err
//		}
//		defer to.Release()
//		return nil
//	}
//
// Take both in one call, which sorts them:
//
//	func Copy(ctx context.Context, o *nslock.Owner, src, dst string) error {
//		both, err := o.LockUsers(ctx, nslock.Exclusive, src, dst)
//		if err != nil {
//			return err
//		}
//		defer both.Release()
//		return nil
//	}
//
// Where the calls follow one another as above, each with the same test of its
// error and its release deferred, and a method or function that takes both is
// declared beside the one that is called, the report offers this as a fix.
//
// Where the two can never meet another thread, say why on the line of the call
// or above it: //lockvet:ignore users-unordered -- reason.
//
// # Category sort-key
//
// The code does put the two locks in an order, but compares something else than
// the keys that it locks. The two orders differ for some values: by mailbox
// name, user.a-b.c sorts before user.a.z, by user, a sorts before a-b. Then
// this code and code that compares the keys take the same two locks in
// opposite order.
//
//	type Mailbox struct{ Name, User string }
//
//	func Move(ctx context.Context, o *nslock.Owner, src, dst Mailbox) error {
//		if dst.Name < src.Name {
//			src, dst = dst, src
//		}
//		first, err := o.LockUser(ctx, src.User, nslock.Exclusive)
//		if err != nil {
//			return err
//		}
//		defer first.Release()
//		second, err := o.LockUser(ctx, dst.User, nslock.Exclusive)
//		// lockvet: acquiring namespace lock of dst.User while holding namespace lock of src.User (line 7), ordered by something else than the keys (line 4); compare the keys that are locked, or use LockUsers
//		if err != nil {
//			return err
//		}
//		defer second.Release()
//		return nil
//	}
//
// Compare what is locked:
//
//	type Mailbox struct{ Name, User string }
//
//	func Move(ctx context.Context, o *nslock.Owner, src, dst Mailbox) error {
//		if dst.User < src.User {
//			src, dst = dst, src
//		}
//		first, err := o.LockUser(ctx, src.User, nslock.Exclusive)
//		if err != nil {
//			return err
//		}
//		defer first.Release()
//		second, err := o.LockUser(ctx, dst.User, nslock.Exclusive)
//		if err != nil {
//			return err
//		}
//		defer second.Release()
//		return nil
//	}
//
// Silence a comparison that is known to agree with the keys by
// //lockvet:ignore sort-key -- reason.
//
// # Category loop-unsorted
//
// A loop keeps each lock while it takes the next, and does not run over sorted
// keys. Two threads with the same users in different order stop each other.
//
//	func All(ctx context.Context, o *nslock.Owner, users []string) error {
//		for _, user := range users {
//			ns, err := o.LockUser(ctx, user, nslock.Shared)
//			// lockvet: acquiring namespace lock of user while holding namespace lock of user (line 3, an earlier turn of the loop), in no fixed order; sort the keys before the loop, or use LockUsers
//			if err != nil {
//				return err
//			}
//			defer ns.Release()
//		}
//		return nil
//	}
//
// Sort the keys first, and change nothing about them between the sort and the
// loop:
//
//	func All(ctx context.Context, o *nslock.Owner, users []string) error {
//		slices.Sort(users)
//		for _, user := range users {
//			ns, err := o.LockUser(ctx, user, nslock.Shared)
//			if err != nil {
//				return err
//			}
//			defer ns.Release()
//		}
//		return nil
//	}
//
// Silence a loop whose keys come sorted from elsewhere by
// //lockvet:ignore loop-unsorted -- reason.
//
// # Category unordered
//
// Two mutexes of one field, in two objects that both come from outside, are
// held together in no order that the code proves. Two threads with the same
// objects in opposite order stop each other. It is looked for with -infer only,
// among mutexes that no directive gives a class.
//
//	package bank
//
//	import "sync"
//
//	type Account struct {
//		mu    sync.Mutex
//		id    int
//		funds int
//	}
//
//	func Transfer(from, to *Account, sum int) {
//		from.mu.Lock()
//		defer from.mu.Unlock()
//		to.mu.Lock()
//		// lockvet: acquiring bank.Account.mu lock of to while holding bank.Account.mu lock of from (line 12), in no fixed order; take both in key order
//		defer to.mu.Unlock()
//		from.funds -= sum
//		to.funds += sum
//	}
//
// Declare what orders the objects, and keep to it:
//
//	//lockvet:class account ordered
//	package bank
//
//	import "sync"
//
//	type Account struct {
//		mu    sync.Mutex //lockvet:class account key=id
//		id    int
//		funds int
//	}
//
//	func Transfer(from, to *Account, sum int) {
//		first, second := from, to
//		if second.id < first.id {
//			first, second = second, first
//		}
//		first.mu.Lock()
//		defer first.mu.Unlock()
//		second.mu.Lock()
//		defer second.mu.Unlock()
//		from.funds -= sum
//		to.funds += sum
//	}
//
// Silence a pair that cannot meet itself by //lockvet:ignore unordered -- reason.
package nsorder
