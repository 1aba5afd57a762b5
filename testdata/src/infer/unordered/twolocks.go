package unordered

import "sync"

// Disk has two mutexes: head is taken before pages.
type Disk struct {
	head  sync.Mutex
	pages sync.RWMutex
	n     int
}

// Begin takes both.
func (d *Disk) Begin() {
	d.head.Lock()
	d.pages.RLock()
	d.n++
	d.pages.RUnlock()
	d.head.Unlock()
}

func (d *Disk) write(n int) {
	d.pages.Lock()
	d.n = n
	d.pages.Unlock()
	d.head.Lock()
	d.n++
	d.head.Unlock()
}

// Copy has the pages of one disk when it takes those of the other. That its head
// is taken the wrong way round too is the same mistake.
func Copy(dst, src *Disk) {
	src.pages.RLock()
	defer src.pages.RUnlock()
	dst.write(src.n) // want `^unordered: calling (\S+\.)?write acquires unordered.Disk.pages lock`
}

// Drum is like Disk.
type Drum struct {
	head  sync.Mutex
	pages sync.RWMutex
	n     int
}

// Begin takes both.
func (d *Drum) Begin() {
	d.head.Lock()
	d.pages.RLock()
	d.n++
	d.pages.RUnlock()
	d.head.Unlock()
}

// Spin takes both the other way round, of one drum.
func (d *Drum) Spin() {
	d.pages.Lock()
	defer d.pages.Unlock()
	d.head.Lock() // want `^cycle: acquiring unordered.Drum.head lock`
	d.n++
	d.head.Unlock()
}
