// Package nsheld checks that a lock is held where it has to be: strongly
// enough, long enough, and not asked for again by its own holder. It does not
// check in which order locks are taken, and where a key or a mode is not known
// it says nothing.
//
// # Analyzer nsheld
//
// nsheld: report calls whose locks are missing, too weak, or given up too early
//
// A function says what its callers must hold (//lockvet:require), a class in
// which other class it lies (//lockvet:class NAME within=OUTER). An unexported
// function that neither holds such a lock nor requires it passes the question
// on to its callers; an exported one, main, a goroutine and a function that is
// stored for later are asked themselves. Exclusive is enough where shared is
// required. A lock has to be held on every path, and for the same key, if both
// keys are known. A guard that is a parameter counts as held.
//
// # Category not-held
//
// A call needs a lock that is not held, or not on every path, or only for
// another key. Another thread can change or remove what the call works on while
// it does.
//
//	func Size(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
//		mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
//		// lockvet: opening mailbox requires holding namespace lock of ref.User; none is held
//		if err != nil {
//			return err
//		}
//		defer mb.Close()
//		return nil
//	}
//
// Take the lock first, or declare that callers hold it. The report offers the
// directive as a fix:
//
//	//lockvet:require namespace shared key=ref.User
//	func Size(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
//		mb, err := o.OpenMailbox(ctx, ref, nslock.Shared)
//		if err != nil {
//			return err
//		}
//		defer mb.Close()
//		return nil
//	}
//
// Where no other thread can know the object yet, say so on the line of the call
// or above it: //lockvet:ignore not-held -- reason.
//
// # Category shared-not-exclusive
//
// A call that changes something needs the lock exclusively, and it is held
// shared. Other threads hold it shared at the same time: they see a half-made
// change, or make one of their own.
//
//	func Append(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
//		ns, err := o.LockUser(ctx, ref.User, nslock.Shared)
//		if err != nil {
//			return err
//		}
//		defer ns.Release()
//		mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive)
//		// lockvet: opening mailbox for writing requires holding namespace lock of ref.User exclusively; held shared (line 2)
//		if err != nil {
//			return err
//		}
//		defer mb.Close()
//		return nil
//	}
//
// Take the lock exclusively from the start, since its mode cannot change later:
//
//	func Append(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
//		ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
//		if err != nil {
//			return err
//		}
//		defer ns.Release()
//		mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive)
//		if err != nil {
//			return err
//		}
//		defer mb.Close()
//		return nil
//	}
//
// Silence a report that is not a fault by
// //lockvet:ignore shared-not-exclusive -- reason.
//
// # Category released-early
//
// A lock is given up while another that lies within it is still held. What the
// inner lock protects was promised to happen under the outer one; from here on
// it does not.
//
//	func Touch(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
//		ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
//		if err != nil {
//			return err
//		}
//		mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive)
//		if err != nil {
//			ns.Release()
//			return err
//		}
//		ns.Release()
//		// lockvet: releasing namespace lock of ref.User while holding index lock (line 6); park or close the mailbox first
//		mb.Close()
//		return nil
//	}
//
// Give them up in the opposite order:
//
//	func Touch(ctx context.Context, o *nslock.Owner, ref nslock.MailboxRef) error {
//		ns, err := o.LockUser(ctx, ref.User, nslock.Exclusive)
//		if err != nil {
//			return err
//		}
//		mb, err := o.OpenMailbox(ctx, ref, nslock.Exclusive)
//		if err != nil {
//			ns.Release()
//			return err
//		}
//		mb.Close()
//		ns.Release()
//		return nil
//	}
//
// Silence a report that is not a fault by //lockvet:ignore released-early -- reason.
//
// # Category mode-change
//
// A lock that is held shared is asked for exclusively, or the reverse, by the
// thread that holds it. A lock that counts its holders grants what is held once
// more, but it cannot change the mode: to become exclusive the thread would
// have to wait for all who hold the lock shared, itself among them.
//
//	func Subscribe(ctx context.Context, o *nslock.Owner, user string) error {
//		read, err := o.LockUser(ctx, user, nslock.Shared)
//		if err != nil {
//			return err
//		}
//		defer read.Release()
//		write, err := o.LockUser(ctx, user, nslock.Exclusive)
//		// lockvet: acquiring namespace lock of user exclusively while holding it shared (line 2); its mode cannot change
//		if err != nil {
//			return err
//		}
//		defer write.Release()
//		return nil
//	}
//
// Take it exclusively from the start, or give it up, take it anew and look
// again whether what was read still holds:
//
//	func Subscribe(ctx context.Context, o *nslock.Owner, user string) error {
//		write, err := o.LockUser(ctx, user, nslock.Exclusive)
//		if err != nil {
//			return err
//		}
//		defer write.Release()
//		return nil
//	}
//
// Silence a report that is not a fault by //lockvet:ignore mode-change -- reason.
//
// # Category relock
//
// A mutex is locked by the thread that holds it. A mutex does not count its
// holders: the thread waits for itself. Two read locks of one RWMutex count
// too, since a writer that comes between them waits for the first, and the
// second waits for the writer.
//
//	package store
//
//	import "sync"
//
//	type Table struct {
//		mu   sync.Mutex //lockvet:class table
//		rows int
//	}
//
//	func (t *Table) Len() int {
//		t.mu.Lock()
//		defer t.mu.Unlock()
//		return t.rows
//	}
//
//	func (t *Table) Grow() {
//		t.mu.Lock()
//		defer t.mu.Unlock()
//		t.rows = t.Len() + 1
//		// lockvet: calling Table.Len acquires table lock while holding it (line 17): Table.Len calls Lock (store/store.go:11); it would wait for itself
//	}
//
// Split off what is done under the lock:
//
//	package store
//
//	import "sync"
//
//	type Table struct {
//		mu   sync.Mutex //lockvet:class table
//		rows int
//	}
//
//	func (t *Table) Len() int {
//		t.mu.Lock()
//		defer t.mu.Unlock()
//		return t.len()
//	}
//
//	func (t *Table) Grow() {
//		t.mu.Lock()
//		defer t.mu.Unlock()
//		t.rows = t.len() + 1
//	}
//
//	//lockvet:require table
//	func (t *Table) len() int { return t.rows }
//
// With -infer this is found for every mutex, declared or not. Silence a report
// that is not a fault by //lockvet:ignore relock -- reason.
package nsheld
