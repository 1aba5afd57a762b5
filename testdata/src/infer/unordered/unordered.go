// Package unordered holds two locks of one undeclared class together.
package unordered

import (
	"sync"
	"unsafe"
)

// Account has a mutex and a number.
type Account struct {
	mu      sync.Mutex
	id      int
	balance int
}

// Transfer locks them in the order of its arguments.
func Transfer(from, to *Account, n int) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock() // want `^unordered: acquiring unordered.Account.mu lock of to while holding .*of from`
	defer to.mu.Unlock()
	from.balance -= n
	to.balance += n
}

// Ordered locks them in the order of their numbers.
func Ordered(from, to *Account, n int) {
	a, b := from, to
	if a.id > b.id {
		a, b = b, a
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	from.balance -= n
	to.balance += n
}

// InTurn never holds two.
func InTurn(from, to *Account, n int) {
	from.mu.Lock()
	from.balance -= n
	from.mu.Unlock()
	to.mu.Lock()
	to.balance += n
	to.mu.Unlock()
}

// Split makes the second one itself: nobody else has it.
func Split(from *Account, n int) *Account {
	from.mu.Lock()
	defer from.mu.Unlock()
	to := &Account{id: from.id + 1}
	to.mu.Lock()
	defer to.mu.Unlock()
	from.balance -= n
	to.balance += n
	return to
}

// Bank has accounts, and moves money under a mutex of its own.
type Bank struct {
	mu    sync.RWMutex
	moves int
}

// Entry is an account of a bank.
type Entry struct {
	mu sync.Mutex
	n  int
}

// Move is the only one to take two, and only one at a time does.
func (b *Bank) Move(from, to *Entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.move(from, to)
}

func (b *Bank) move(from, to *Entry) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock()
	defer to.mu.Unlock()
	from.n, to.n = from.n-1, to.n+1
	b.moves++
}

// Peek takes two with the bank's mutex shared, which lets others in.
func (b *Bank) Peek(one, other *Entry) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	one.mu.Lock()
	defer one.mu.Unlock()
	other.mu.Lock() // want `^unordered: acquiring unordered.Entry.mu lock of other while holding unordered.Entry.mu lock of one`
	defer other.mu.Unlock()
	return one.n == other.n
}

// ByAddress locks them in the order of their addresses.
func ByAddress(from, to *Account, n int) {
	a, b := from, to
	if uintptr(unsafe.Pointer(b)) < uintptr(unsafe.Pointer(a)) {
		a, b = b, a
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	from.balance -= n
	to.balance += n
}
