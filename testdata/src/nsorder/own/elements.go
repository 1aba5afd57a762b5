package own

// A bank has accounts in a list and by name.
type bank struct {
	list []*Account
	by   map[string]*Account
}

// Elements takes two of a list, whose numbers it compares.
func (s *bank) Elements(i, j int) {
	a, b := s.list[i], s.list[j]
	if a.id > b.id {
		a, b = b, a
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	a.balance, b.balance = b.balance, a.balance
}

// Entries takes two of a map, the higher number first.
func (s *bank) Entries(x, y string) {
	a, b := s.by[x], s.by[y]
	if a.id < b.id {
		a, b = b, a
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock() // want `users-unordered: acquiring account lock of b while holding account lock of a \(line 28\), in no fixed order`
	defer b.mu.Unlock()
	a.balance, b.balance = b.balance, a.balance
}

// Richer takes first the one with less on it.
func (s *bank) Richer(i, j int) {
	a, b := s.list[i], s.list[j]
	if a.balance > b.balance {
		a, b = b, a
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock() // want `sort-key: acquiring account lock of b while holding account lock of a`
	defer b.mu.Unlock()
	a.balance, b.balance = b.balance, a.balance
}
