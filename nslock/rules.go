package nslock

import "fmt"

// The rules of the order, checked against what an owner holds before it may wait. Each sentence is
// the one that the linter prints, with the keys of this run in the place of expressions.

// checkOrder reports why o must not wait for the namespace lock of user, which it does not hold:
// a mailbox is open, a mboxname lock is held, or the lock of a user who sorts after it is.
func (o *Owner) checkOrder(user string, mode Mode, pc uintptr, remedy string) error {
	var under, after *hold
	for _, h := range o.holds {
		switch h.class {
		case classMailbox, classMboxname:
			if under == nil {
				under = h
			}
		case classNamespace:
			if after == nil && h.key > user {
				after = h
			}
		}
	}
	want := Held{Class: classNamespace, Key: user, Mode: mode}
	switch {
	case under != nil:
		category := catUnderMailbox
		if under.class == classMboxname {
			category = catUnderMboxname
		}
		return o.broken(category, want, pc, under, func(at string) string {
			return fmt.Sprintf("acquiring namespace lock of %q while holding %s lock of %q%s; order is namespace, then %s",
				user, under.class, under.key, at, under.class)
		})
	case after != nil:
		return o.broken(catUnordered, want, pc, after, func(at string) string {
			return fmt.Sprintf("acquiring namespace lock of %q while holding namespace lock of %q%s, in no fixed order; use %s",
				user, after.key, at, remedy)
		})
	}
	return nil
}

// checkUsers is checkOrder for a sorted set of users, some of whom o may hold already.
func (o *Owner) checkUsers(users []string, mode Mode, pc uintptr) error {
	if len(o.holds) == 0 {
		return nil
	}
	for _, user := range users {
		if h := o.find(classNamespace, user); h != nil {
			if h.mode != mode {
				if err := o.modeChange(h, Held{Class: classNamespace, Key: user, Mode: mode}, pc); err != nil {
					return err
				}
			}
			continue
		}
		if err := o.checkOrder(user, mode, pc, "one LockUsers for all"); err != nil {
			return err
		}
	}
	return nil
}

// checkUnder reports why o must not open a mailbox of user, or lock its index: the namespace lock
// of user is missing, or shared where it must be exclusive.
func (o *Owner) checkUnder(doing string, want Held, pc uintptr, user string) error {
	how := ""
	if want.Mode == Exclusive {
		how = " exclusively"
	}
	h := o.find(classNamespace, user)
	switch {
	case h == nil || h.late:
		return o.broken(catNotHeld, want, pc, nil, func(string) string {
			return fmt.Sprintf("%s requires holding namespace lock of %q%s; none is held", doing, user, how)
		})
	case h.mode < want.Mode:
		return o.broken(catTooWeak, want, pc, h, func(at string) string {
			return fmt.Sprintf("%s requires holding namespace lock of %q%s; held shared%s", doing, user, how, at)
		})
	}
	return nil
}

// modeChange is the error for a lock that o holds as h and asks for in the other mode. Shared to
// exclusive it would wait for itself; the other way round it would not be what was asked for.
func (o *Owner) modeChange(h *hold, want Held, pc uintptr) error {
	how := "exclusively"
	if want.Mode == Shared {
		how = "shared"
	}
	held := "shared"
	if h.mode == Exclusive {
		held = "exclusively"
	}
	return o.broken(catModeChange, want, pc, h, func(at string) string {
		if h.class != want.Class {
			return fmt.Sprintf("acquiring %s lock of %q %s while holding %s lock of %q %s%s; its mode cannot change",
				want.Class, want.Key, how, h.class, h.key, held, at)
		}
		return fmt.Sprintf("acquiring %s lock of %q %s while holding it %s%s; its mode cannot change",
			want.Class, want.Key, how, held, at)
	})
}

// retired is the error for a class that the Space does without.
func (o *Owner) retired(want Held, pc uintptr) error {
	return o.broken(catRetired, want, pc, nil, func(string) string {
		return fmt.Sprintf("acquiring %s lock of %q; class %s is retired", want.Class, want.Key, want.Class)
	})
}

// early records that ns was released while the index lock x under it was held, and reports whether
// it has to be kept.
func (o *Owner) early(ns, x *hold, pc uintptr) bool {
	err := o.broken(catEarly, Held{Class: classNamespace, Key: ns.key, Mode: ns.mode}, pc, x, func(at string) string {
		return fmt.Sprintf("releasing namespace lock of %q while holding index lock of %q%s; park or close the mailbox first",
			ns.key, x.key, at)
	})
	if err != nil {
		o.fault(err)
	}
	return err != nil
}

// broken builds the error for a broken rule and refuses the call with it. Under ReportOnly it
// returns nil, and the call goes on.
func (o *Owner) broken(category string, want Held, pc uintptr, h *hold, text func(at string) string) error {
	want.Where = place(pc)
	e := &OrderError{Category: category, Wanted: want}
	at := ""
	if h != nil {
		e.Held = h.public()
		if e.Held.Where != "" {
			at = " (" + e.Held.Where + ")"
		}
	}
	e.text = text(at)
	if o.s.strict && category == catEarly {
		o.fault(e)
	}
	return o.s.refuse(o, e, want)
}
