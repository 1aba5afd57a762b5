// Package locals has mutexes in variables of functions.
package locals

import "sync"

// Both starts a goroutine that takes the two the other way round.
func Both() (n int) {
	var first, second sync.Mutex
	done := make(chan bool)
	go func() {
		second.Lock()
		defer second.Unlock()
		first.Lock()
		defer first.Unlock()
		n++
		close(done)
	}()
	first.Lock()
	second.Lock() // want `^cycle: acquiring locals.Both.second lock while holding locals.Both.first lock`
	n++
	second.Unlock()
	first.Unlock()
	<-done
	return n
}

// Again locks what the function around the literal holds.
func Again() (n int) {
	var mu sync.Mutex
	add := func() {
		mu.Lock()
		defer mu.Unlock()
		n++
	}
	mu.Lock()
	defer mu.Unlock()
	add() // want `^relock: calling add acquires locals.Again.mu lock while holding it`
	return n
}

// InTurn is what Again means to be.
func InTurn() (n int) {
	var mu sync.Mutex
	add := func() {
		mu.Lock()
		defer mu.Unlock()
		n++
	}
	mu.Lock()
	n = 1
	mu.Unlock()
	add()
	return n
}

// Passed hands its mutex to a function that locks it.
func Passed() {
	var mu sync.RWMutex
	mu.RLock()
	with(&mu, func() {}) // want `^relock: calling with acquires locals.Passed.mu lock while holding it`
	mu.RUnlock()
	with(&mu, func() {})
}

func with(l *sync.RWMutex, do func()) {
	l.Lock()
	defer l.Unlock()
	do()
}

// Struct has an unnamed struct with a mutex.
func Struct() int {
	var state struct {
		sync.Mutex
		n int
	}
	count := func() int {
		state.Lock()
		defer state.Unlock()
		return state.n
	}
	state.Lock()
	defer state.Unlock()
	return count() // want `^relock: calling count acquires locals.Struct.state.Mutex lock while holding it`
}

// Alone holds, in each call of itself, a mutex of that call.
func Alone(n int) int {
	var mu sync.Mutex
	mu.Lock()
	defer mu.Unlock()
	if n == 0 {
		return 0
	}
	return Alone(n - 1)
}

// Unseen takes two both ways, which nobody else can have yet.
func Unseen() {
	var first, second sync.Mutex
	first.Lock()
	second.Lock()
	second.Unlock()
	first.Unlock()
	second.Lock()
	first.Lock()
	first.Unlock()
	second.Unlock()
}

// Striped has an array of mutexes, and takes two of them as it is told.
func Striped(i, j int) (n int) {
	var stripes [8]sync.Mutex
	var wg sync.WaitGroup
	move := func(from, to int) {
		stripes[from].Lock()
		defer stripes[from].Unlock()
		stripes[to].Lock() // want `^unordered: acquiring locals.Striped.stripes lock`
		defer stripes[to].Unlock()
		n++
	}
	wg.Go(func() { move(i, j) })
	wg.Go(func() { move(j, i) })
	wg.Wait()
	return n
}
