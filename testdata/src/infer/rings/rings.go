// Package rings takes undeclared mutexes in orders that go round. Its marks
// hold with -infer alone.
package rings

import "sync"

// Store has two mutexes.
type Store struct {
	index sync.Mutex
	log   sync.Mutex
	n     int
}

// Append takes the log inside the index.
func (s *Store) Append() {
	s.index.Lock()
	defer s.index.Unlock()
	s.log.Lock()
	defer s.log.Unlock()
	s.n++
}

// Compact takes the index inside the log.
func (s *Store) Compact() {
	s.log.Lock()
	defer s.log.Unlock()
	s.index.Lock() // want `^cycle: .*rings.Store.index.*rings.Store.log`
	defer s.index.Unlock()
	s.n--
}

var (
	first, second, third sync.Mutex
	count                int
)

// One takes the second inside the first.
func One() {
	first.Lock()
	defer first.Unlock()
	second.Lock()
	defer second.Unlock()
	count++
}

// Two takes the third inside the second.
func Two() {
	second.Lock()
	defer second.Unlock()
	third.Lock()
	defer third.Unlock()
	count++
}

// Three takes the first inside the third, which closes the ring.
func Three() {
	third.Lock()
	defer third.Unlock()
	first.Lock() // want `^cycle: .*rings.first.*rings.second.*rings.third|^cycle: .*rings.first.*rings.third`
	defer first.Unlock()
	count++
}

// Cache has a read-write mutex.
type Cache struct {
	mu    sync.RWMutex
	files map[string]int
}

// Disk has another.
type Disk struct {
	mu    sync.RWMutex
	cache *Cache
}

// Load reads the cache inside the disk.
func (d *Disk) Load(name string) int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.cache.get(name)
}

func (c *Cache) get(name string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.files[name]
}

// Flush writes the disk inside the cache.
func (c *Cache) Flush(d *Disk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d.write(len(c.files)) // want `^cycle: .*rings.Disk.mu.*rings.Cache.mu|^cycle: .*rings.Cache.mu.*rings.Disk.mu`
}

func (d *Disk) write(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n == 0 {
		d.cache = nil
	}
}
