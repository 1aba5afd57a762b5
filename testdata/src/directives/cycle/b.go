//lockvet:order alarms calendar // want `^order-cycle: .*calendar.*a.go:\d+`
package cycle

// Events counts under the lock of the events.
func (c *Calendar) Events() int {
	c.events.Lock()
	defer c.events.Unlock()
	return c.n
}

// Alarms counts under the lock of the alarms.
func (c *Calendar) Alarms() int {
	c.alarms.Lock()
	defer c.alarms.Unlock()
	return c.n
}
