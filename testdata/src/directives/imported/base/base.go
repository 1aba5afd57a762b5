// Package base declares classes for others.
//
//lockvet:order outer inner
package base

// Lock is a lock.
type Lock struct{ name string }

// Outer locks the outer one.
//
//lockvet:acquire outer exclusive key=name
func Outer(name string) *Lock { return &Lock{name} }

// Inner locks the inner one.
//
//lockvet:acquire inner exclusive key=name
func Inner(name string) *Lock { return &Lock{name} }

// Drop unlocks either.
//
//lockvet:release outer
//lockvet:release inner
func (l *Lock) Drop() { l.name = "" }
