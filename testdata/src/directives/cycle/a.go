// Package cycle declares an order that goes round, in two files.
//
//lockvet:order calendar events
//lockvet:order events alarms
package cycle

import "sync"

// Calendar has three locks.
type Calendar struct {
	mu     sync.Mutex //lockvet:class calendar
	events sync.Mutex //lockvet:class events
	alarms sync.Mutex //lockvet:class alarms
	n      int
}

// Touch takes nothing twice.
func (c *Calendar) Touch() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}
