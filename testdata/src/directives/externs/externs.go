// Package externs declares what functions of other packages do, rightly and
// wrongly.
//
//lockvet:class lease ordered
//lockvet:extern fixtures/directives/externs/remote.Get acquire lease exclusive key=name
//lockvet:extern (*fixtures/directives/externs/remote.Lease).End release lease
//lockvet:extern (fixtures/directives/externs/remote.Pool).Submit async
//lockvet:extern fixtures/directives/externs/remote.Take acquire lease // want `^bad-directive: .*Take`
//lockvet:extern fixtures/directives/externs/remot.Get acquire lease // want `^bad-directive: .*remot`
//lockvet:extern fixtures/directives/externs/remote.Get // want `^bad-directive: `
//lockvet:extern (*fixtures/directives/externs/remote.Lease).End relase lease // want `^bad-directive: .*relase`
//lockvet:extern fixtures/directives/externs/remote.Get acquire lease key=title // want `^bad-directive: .*title`
package externs

import "fixtures/directives/externs/remote"

// Two takes two leases in no order.
func Two(a, b string) {
	first := remote.Get(a)
	defer first.End()
	second := remote.Get(b) // want `users-unordered: acquiring lease lock of b`
	defer second.End()
}

// Later submits what takes another: it runs when this one is over.
func Later(p remote.Pool, a, b string) {
	first := remote.Get(a)
	defer first.End()
	p.Submit(func() {
		second := remote.Get(b)
		defer second.End()
	})
}
