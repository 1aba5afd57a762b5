// Package goroutines starts goroutines that lock a user while a mailbox is
// open. A goroutine holds nothing of its starter; whoever waits for it under
// the mailbox waits for the lock.
package goroutines

import (
	"context"
	"sync"

	"fixtures/locks"
)

func charge(user string) { locks.NewSession().Lock(user).Unlock() }

// Started starts one and does not wait.
func Started(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	go charge(user)
}

// StartedClosure starts a closure and does not wait.
func StartedClosure(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	go func() { charge(user) }()
}

// OwnRoot has the bug inside the goroutine.
func OwnRoot(id, user string) {
	go func() {
		s := locks.NewSession()
		mb := s.Open(id)
		defer mb.Close()
		s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
	}()
}

// OwnRootNamed starts a function that has it inside.
func OwnRootNamed(id, user string) { go bug(id, user) }

func bug(id, user string) {
	s := locks.NewSession()
	mb := s.Open(id)
	defer mb.Close()
	charge(user) // want `ns-under-mailbox: calling charge acquires namespace lock`
}

// OwnRootGood starts one that keeps the order.
func OwnRootGood(id, user string) {
	go func() {
		s := locks.NewSession()
		ns := s.Lock(user)
		defer ns.Unlock()
		mb := s.Open(id)
		defer mb.Close()
	}()
}

// WaitGroup waits for what it added.
func WaitGroup(s *locks.Session, id string, users []string) {
	mb := s.Open(id)
	defer mb.Close()
	var wg sync.WaitGroup
	for _, user := range users {
		wg.Add(1)
		go func() {
			defer wg.Done()
			charge(user)
		}()
	}
	wg.Wait() // want `ns-under-mailbox: .*acquires namespace lock while holding mailbox lock \(line \d+\)`
}

// WaitGroupClosed closes the mailbox before it waits.
func WaitGroupClosed(s *locks.Session, id string, users []string) {
	mb := s.Open(id)
	var wg sync.WaitGroup
	for _, user := range users {
		wg.Add(1)
		go func() {
			defer wg.Done()
			charge(user)
		}()
	}
	mb.Close()
	wg.Wait()
}

// WaitGroupGo uses the method that adds and starts.
func WaitGroupGo(s *locks.Session, id string, users []string) {
	mb := s.Open(id)
	defer mb.Close()
	var wg sync.WaitGroup
	for _, user := range users {
		wg.Go(func() { charge(user) })
	}
	wg.Wait() // want `ns-under-mailbox: .*acquires namespace lock`
}

// WaitGroupReads waits for goroutines that take nothing.
func WaitGroupReads(s *locks.Session, id string, users []string) {
	mb := s.Open(id)
	defer mb.Close()
	seen := make([]bool, len(users))
	var wg sync.WaitGroup
	for i := range users {
		wg.Go(func() { seen[i] = true })
	}
	wg.Wait()
}

// WaitElsewhere waits for another group than the one that locks.
func WaitElsewhere(s *locks.Session, id, user string) {
	var quiet, loud sync.WaitGroup
	loud.Go(func() { charge(user) })
	mb := s.Open(id)
	quiet.Go(func() {})
	quiet.Wait()
	mb.Close()
	loud.Wait()
}

// Channel receives what only the goroutine sends.
func Channel(s *locks.Session, id, user string) error {
	mb := s.Open(id)
	defer mb.Close()
	done := make(chan error)
	go func() {
		charge(user)
		done <- nil
	}()
	return <-done // want `ns-under-mailbox: receiving from done acquires namespace lock|ns-under-mailbox: `
}

// ChannelClose waits until the goroutine closes the channel.
func ChannelClose(s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		charge(user)
	}()
	<-done // want `ns-under-mailbox: `
}

// ChannelRange ranges over what it sends.
func ChannelRange(s *locks.Session, id, user string) (n int) {
	mb := s.Open(id)
	defer mb.Close()
	results := make(chan int)
	go func() {
		defer close(results)
		charge(user)
		results <- 1
	}()
	for r := range results { // want `ns-under-mailbox: `
		n += r
	}
	return n
}

// ChannelClosed closes the mailbox before it receives.
func ChannelClosed(s *locks.Session, id, user string) {
	mb := s.Open(id)
	done := make(chan struct{})
	go func() {
		charge(user)
		close(done)
	}()
	mb.Close()
	<-done
}

// ChannelReads receives from one that takes nothing.
func ChannelReads(s *locks.Session, id string) int {
	mb := s.Open(id)
	defer mb.Close()
	done := make(chan int, 1)
	go func() { done <- len(id) }()
	return <-done
}

type worker struct {
	wg sync.WaitGroup
	s  *locks.Session
}

func (w *worker) start(user string) { w.wg.Go(func() { charge(user) }) }

func (w *worker) wait() { w.wg.Wait() }

// Method starts and waits in methods.
func (w *worker) Method(id, user string) {
	mb := w.s.Open(id)
	defer mb.Close()
	w.start(user)
	w.wait() // want `ns-under-mailbox: calling (\S+\.)?wait acquires namespace lock`
}

type pool struct {
	wg sync.WaitGroup
	s  *locks.Session
	n  int
}

// Method starts work that takes nothing.
func (p *pool) Method(id string) {
	mb := p.s.Open(id)
	defer mb.Close()
	p.wg.Go(func() { p.n++ })
	p.wg.Wait()
}

// feed locks each user in a goroutine that sends on a channel it made.
func feed(s *locks.Session, users []string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for _, user := range users {
			s.Lock(user).Unlock()
			out <- user
		}
	}()
	return out
}

// Fed waits, in a range statement, for what another function has started.
func Fed(s *locks.Session, id string, users []string) (n int) {
	mb := s.Open(id)
	defer mb.Close()
	for range feed(s, users) { // want `^ns-under-mailbox: `
		n++
	}
	return n
}

// FedFirst is fed before it opens.
func FedFirst(s *locks.Session, id string, users []string) (n int) {
	for range feed(s, users) {
		n++
	}
	mb := s.Open(id)
	defer mb.Close()
	return n
}

// AfterJoined waits for what the end of the context has started.
func AfterJoined(ctx context.Context, s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		s.Lock(user).Unlock()
	})
	if !stop() {
		<-done // want `ns-under-mailbox: waiting for a goroutine acquires namespace lock while holding`
	}
}

// AfterCloses closes what is open when the context ends, and so perhaps not yet.
func AfterCloses(ctx context.Context, s *locks.Session, id, user string) {
	mb := s.Open(id)
	stop := context.AfterFunc(ctx, func() { mb.Close() })
	defer stop()
	s.Lock(user).Unlock() // want `ns-under-mailbox: acquiring namespace lock of user`
}

// AfterNot waits for nobody.
func AfterNot(ctx context.Context, s *locks.Session, id, user string) {
	mb := s.Open(id)
	defer mb.Close()
	context.AfterFunc(ctx, func() { s.Lock(user).Unlock() })
	<-ctx.Done()
}
