package proofs

import "fixtures/locks"

// A Ref names a user's box.
type Ref struct{ User, Box string }

// A Copy is from one box to another.
type Copy struct {
	From, To Ref
	who      [2]string
}

// Exchange exchanges two fields of what it was given.
func (c *Copy) Exchange(s *locks.Session) {
	if !(c.From.User <= c.To.User) {
		c.From, c.To = c.To, c.From
	}
	two(s.Lock(c.From.User), s.Lock(c.To.User))
}

// ExchangeWrong does so when they are in order.
func (c *Copy) ExchangeWrong(s *locks.Session) {
	if c.From.User < c.To.User {
		c.From, c.To = c.To, c.From
	}
	two(s.Lock(c.From.User), s.Lock(c.To.User)) // want `^users-unordered: `
}

// ExchangeElements exchanges two elements.
func (c *Copy) ExchangeElements(s *locks.Session) {
	if c.who[1] < c.who[0] {
		c.who[0], c.who[1] = c.who[1], c.who[0]
	}
	two(s.Lock(c.who[0]), s.Lock(c.who[1]))
}

// ExchangeOne gives both the same.
func (c *Copy) ExchangeOne(s *locks.Session, other string) {
	if c.who[1] < c.who[0] {
		c.who[0] = other
	}
	two(s.Lock(c.who[0]), s.Lock(c.who[1])) // want `^users-unordered: `
}

// MinMaxOfThree has the first and the last of three.
func MinMaxOfThree(s *locks.Session, a, b, c string) {
	two(s.Lock(min(a, b, c)), s.Lock(max(a, b, c)))
}

// MinOfThree does not know which of two comes first.
func MinOfThree(s *locks.Session, a, b, c string) {
	first := s.Lock(min(a, b, c))
	two(s.Lock(a), s.Lock(b)) // want `^users-unordered: `
	first.Unlock()
}

func order(a, b *string) {
	if *b < *a {
		*a, *b = *b, *a
	}
}

// ByPointers leaves the exchange to a function that is given pointers.
func ByPointers(s *locks.Session, a, b string) {
	order(&a, &b)
	two(s.Lock(a), s.Lock(b))
}

func disorder(a, b *string) {
	if *a < *b {
		*a, *b = *b, *a
	}
}

// ByPointersWrong leaves it to one that does it the wrong way round.
func ByPointersWrong(s *locks.Session, a, b string) {
	disorder(&a, &b)
	two(s.Lock(a), s.Lock(b)) // want `^users-unordered: `
}

func (c *Copy) order() {
	if c.To.User < c.From.User {
		c.From, c.To = c.To, c.From
	}
}

// ByMethod leaves it to a method.
func (c *Copy) ByMethod(s *locks.Session) {
	c.order()
	two(s.Lock(c.From.User), s.Lock(c.To.User))
}

// Owner returns who owns the box.
func (r *Ref) Owner() string { return r.User }

// Getters compares what a method says, and exchanges whom it is asked of.
func Getters(s *locks.Session, a, b *Ref) {
	if a.Owner() > b.Owner() {
		a, b = b, a
	}
	two(s.Lock(a.Owner()), s.Lock(b.Owner()))
}
