package within

// Forward gives up the outer lock first, in a loop.
func Forward(name string) {
	t := Open(name)
	c := Seek(name)
	for _, fn := range []func(){t.Close, c.Close} {
		fn() // want `^released-early: `
	}
}

// Backward goes through the same list from its end.
func Backward(name string) {
	t := Open(name)
	c := Seek(name)
	done := []func(){t.Close, c.Close}
	for i := len(done) - 1; i >= 0; i-- {
		done[i]()
	}
}

// Pushed fills the list bit by bit, and empties it in a deferred call.
func Pushed(name string) {
	var done []func()
	defer func() {
		for i := len(done) - 1; i >= 0; i-- {
			done[i]()
		}
	}()
	t := Open(name)
	done = append(done, t.Close)
	c := Seek(name)
	done = append(done, c.Close)
}

// shut calls what it is given.
func shut(fn func()) { fn() }

// Given gives the outer lock up by way of somebody else.
func Given(name string) {
	t := Open(name)
	c := Seek(name)
	defer c.Close()
	shut(t.Close) // want `^released-early: `
}
