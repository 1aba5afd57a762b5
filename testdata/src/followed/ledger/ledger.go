// Package ledger writes down what happens to accounts.
package ledger

import "fixtures/followed/vault"

var sums = map[string]int{}

// Book adds n to an account.
func Book(id string, n int) error {
	g, err := vault.Lock(id)
	if err != nil {
		return err
	}
	defer g.Release()
	sums[id] += n
	return nil
}

// With runs f while an account is locked.
func With(id string, f func(sum int) error) error {
	g, err := vault.Lock(id)
	if err != nil {
		return err
	}
	defer g.Release()
	return f(sums[id])
}

// An Auditor is told of accounts below zero.
type Auditor interface{ Alert(id string) }

// A Branch has an auditor, whom others choose.
type Branch struct{ Auditor Auditor }

// Check tells the auditor of an account, which stays locked meanwhile.
func (b *Branch) Check(id string) error {
	g, err := vault.Lock(id)
	if err != nil {
		return err
	}
	defer g.Release()
	if sums[id] < 0 {
		b.Auditor.Alert(id)
	}
	return nil
}

// A Session is an account that stays locked until it is closed.
type Session struct{ guard *vault.Guard }

// Open begins a session.
func Open(id string) (*Session, error) {
	g, err := vault.Lock(id)
	if err != nil {
		return nil, err
	}
	return &Session{guard: g}, nil
}

// Close ends it.
func (s *Session) Close() { s.guard.Release() }
