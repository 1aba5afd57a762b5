// Package transfer moves money from one account to another, while somebody
// else may move some back.
package transfer

import (
	"fixtures/followed/ledger"
	"fixtures/followed/vault"
)

// Move takes n from one account and adds it to another.
func Move(from, to string, n int) error {
	g, err := vault.Lock(from)
	if err != nil {
		return err
	}
	defer g.Release()
	return ledger.Book(to, n) // want `^users-unordered: calling ledger.Book acquires account lock while holding account lock of from \(line 12\), in no fixed order: ledger.Book calls Lock \(ledger/ledger.go:10\); take both in key order$`
}

// Clear moves all there is, in a function that ledger calls under the lock.
func Clear(from, to string) error {
	return ledger.With(from, func(sum int) error { // want `^users-unordered: calling ledger.With acquires account lock while holding account lock \(ledger/ledger.go:21\), in no fixed order: ledger.With calls func literal in Clear calls ledger.Book calls Lock \(ledger/ledger.go:10\); take both in key order$`
		return ledger.Book(to, sum)
	})
}

// A patron fills up what is below zero from another account.
type patron struct{ id string }

// Alert locks the patron's own account.
func (p patron) Alert(string) {
	if g, err := vault.Lock(p.id); err == nil {
		g.Release()
	}
}

// NewBranch has a patron for its auditor.
func NewBranch(id string) *ledger.Branch {
	return &ledger.Branch{Auditor: patron{id}} // want `^users-unordered: handing over patron.Alert acquires account lock while holding account lock \(ledger/ledger.go:37\), in no fixed order: ledger.Branch.Check calls Auditor.Alert \(ledger/ledger.go:43\), here patron.Alert calls Lock \(transfer/transfer.go:32\); take both in key order$`
}
