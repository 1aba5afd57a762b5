// Package own declares ordered classes of its own: two locks of such a class
// are held together only in the order of their keys.
//
//lockvet:class folder ordered
//lockvet:class account ordered
//lockvet:class shelf ordered
//lockvet:class cache
package own

import (
	"slices"
	"sync"
)

// Lock is a locked folder.
type Lock struct{ name string }

// Take locks a folder.
//
//lockvet:acquire folder exclusive key=name
func Take(name string) *Lock { return &Lock{name} }

// Drop unlocks it.
//
//lockvet:release folder
func (l *Lock) Drop() { l.name = "" }

// Account has a number, by which accounts are locked in order.
type Account struct {
	mu      sync.Mutex //lockvet:class account key=id
	id      int
	balance int
}

// Cache has a lock of a class without an order among its keys.
type Cache struct {
	mu sync.Mutex //lockvet:class cache
	n  int
}

// Folders takes two in no order.
func Folders(a, b string) {
	first := Take(a)
	defer first.Drop()
	second := Take(b) // want `users-unordered: acquiring folder lock of b while holding folder lock of a`
	defer second.Drop()
}

// FoldersOrdered puts them in order.
func FoldersOrdered(a, b string) {
	if a > b {
		a, b = b, a
	}
	first := Take(a)
	defer first.Drop()
	second := Take(b)
	defer second.Drop()
}

// Transfer locks two accounts in the order of the arguments.
func Transfer(from, to *Account, n int) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock() // want `users-unordered: acquiring account lock`
	defer to.mu.Unlock()
	from.balance -= n
	to.balance += n
}

// TransferOrdered locks them in the order of their numbers.
func TransferOrdered(from, to *Account, n int) {
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

// TransferByBalance locks them in the order of something else.
func TransferByBalance(from, to *Account, n int) {
	a, b := from, to
	if a.balance > b.balance {
		a, b = b, a
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock() // want `sort-key: acquiring account lock`
	defer b.mu.Unlock()
	from.balance -= n
	to.balance += n
}

// Caches locks two of a class that has no order of keys.
func Caches(a, b *Cache) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	return a.n + b.n
}

// FolderAndAccount locks two of different classes, with no order declared.
func FolderAndAccount(name string, a *Account) {
	l := Take(name)
	defer l.Drop()
	a.mu.Lock()
	defer a.mu.Unlock()
}

// BySubtraction sorts by the difference of the numbers.
func BySubtraction(accounts []*Account) {
	slices.SortFunc(accounts, func(a, b *Account) int { return a.id - b.id })
	for _, a := range accounts {
		a.mu.Lock()
		defer a.mu.Unlock()
	}
}

// BySubtractionDown sorts the other way round.
func BySubtractionDown(accounts []*Account) {
	slices.SortFunc(accounts, func(a, b *Account) int { return b.id - a.id })
	for _, a := range accounts {
		a.mu.Lock() // want `^loop-unsorted: `
		defer a.mu.Unlock()
	}
}

// Shelf is a locked shelf.
type Shelf struct{ n int }

// TakeShelf locks a shelf.
//
//lockvet:acquire shelf exclusive key=n
func TakeShelf(n int) *Shelf { return &Shelf{n} }

// Drop unlocks it.
//
//lockvet:release shelf
func (s *Shelf) Drop() { s.n = 0 }

// Counting takes the first ones in order.
func Counting(n int) {
	for i := range n {
		s := TakeShelf(i)
		defer s.Drop()
	}
}

// CountingDown takes them from the last to the first.
func CountingDown(n int) {
	for i := n; i >= 0; i-- {
		s := TakeShelf(i) // want `^loop-unsorted: `
		defer s.Drop()
	}
}
