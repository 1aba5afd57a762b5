// Package db has transactions that hold a lock while a function runs, and
// locks in every form that a declaration may have.
//
//lockvet:order account ledger entry
package db

import "sync"

// A DB is a database.
type DB struct{ rows map[string]int }

// Update runs fn in a transaction, which holds the ledger.
//
//lockvet:acquire ledger exclusive during=fn
func (d *DB) Update(fn func(*DB) error) error { return fn(d) }

// View runs fn in a transaction that only reads.
//
//lockvet:acquire ledger shared during=fn
func (d *DB) View(fn func(*DB)) { fn(d) }

// Access locks the ledger for writing or reading.
//
//lockvet:acquire ledger mode=write
//lockvet:async done
func (d *DB) Access(write bool, done func()) (unlock func()) {
	go done()
	return func() { d.rows["writes"]++ }
}

// TryEntry locks an entry if nobody has it.
//
//lockvet:acquire entry exclusive key=name try
func (d *DB) TryEntry(name string) bool { return d.rows[name] == 0 }

// Entry locks an entry.
//
//lockvet:acquire entry exclusive key=name
func (d *DB) Entry(name string) { d.rows[name]++ }

// Done unlocks it.
//
//lockvet:release entry key=name
func (d *DB) Done(name string) { d.rows[name]-- }

// Sum adds up; the caller holds the ledger.
//
//lockvet:require ledger shared
func (d *DB) Sum() (n int) {
	for _, v := range d.rows {
		n += v
	}
	return n
}

// An Account has a lock of its own.
type Account struct {
	Mu sync.Mutex //lockvet:class account
	N  int
}
