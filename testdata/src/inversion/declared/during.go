package declared

import (
	"errors"

	"fixtures/inversion/declared/db"
)

// During locks the account in a transaction, which holds the ledger.
func During(d *db.DB, a *db.Account) error {
	return d.Update(func(*db.DB) error { // want `order: calling (\S+\.)?Update acquires account lock|order: `
		a.Mu.Lock()
		defer a.Mu.Unlock()
		return nil
	})
}

// DuringGood locks it around one.
func DuringGood(d *db.DB, a *db.Account) error {
	a.Mu.Lock()
	defer a.Mu.Unlock()
	return d.Update(func(*db.DB) error { return nil })
}

// DuringOver locks it when the transaction is over.
func DuringOver(d *db.DB, a *db.Account) error {
	err := d.Update(func(*db.DB) error { return errors.New("full") })
	a.Mu.Lock()
	defer a.Mu.Unlock()
	return err
}

// DuringRequires calls what needs the ledger where it is held.
func DuringRequires(d *db.DB) (n int) {
	d.View(func(d *db.DB) { n = d.Sum() })
	return n
}

// Func holds the ledger until it calls the function that it got.
func Func(d *db.DB, a *db.Account) {
	unlock := d.Access(true, func() {})
	defer unlock()
	a.Mu.Lock() // want `order: acquiring account lock`
	defer a.Mu.Unlock()
}

// FuncCalled calls it first.
func FuncCalled(d *db.DB, a *db.Account) {
	unlock := d.Access(false, func() {})
	unlock()
	a.Mu.Lock()
	defer a.Mu.Unlock()
}

// FuncAsync passes a function that runs on another goroutine.
func FuncAsync(d *db.DB, a *db.Account) {
	unlock := d.Access(true, func() {
		a.Mu.Lock()
		defer a.Mu.Unlock()
	})
	unlock()
}

// Thread holds an entry by the thread, until it is released by name.
func Thread(d *db.DB, a *db.Account, name string) {
	d.Entry(name)
	a.Mu.Lock() // want `order: acquiring account lock`
	a.Mu.Unlock()
	d.Done(name)
	a.Mu.Lock()
	a.Mu.Unlock()
}

// ThreadTried holds it where the attempt succeeded.
func ThreadTried(d *db.DB, a *db.Account, name string) {
	if d.TryEntry(name) {
		a.Mu.Lock() // want `order: acquiring account lock`
		a.Mu.Unlock()
		d.Done(name)
	}
	a.Mu.Lock()
	a.Mu.Unlock()
}

// Waiter is a method of an interface that takes a lock.
type Waiter interface {
	//lockvet:acquire account exclusive key=name
	Wait(name string)
	//lockvet:release account key=name
	Go(name string)
}

// Interface takes it through the interface, with no implementation in sight.
func Interface(d *db.DB, w Waiter, name string) {
	d.Entry(name)
	defer d.Done(name)
	w.Wait(name) // want `order: acquiring account lock of name`
	defer w.Go(name)
}

// InterfaceGood takes it first.
func InterfaceGood(d *db.DB, w Waiter, name string) {
	w.Wait(name)
	defer w.Go(name)
	d.Entry(name)
	defer d.Done(name)
}
