// Package bus brings events to those who have subscribed to them.
package bus

var subscribers = make(map[string][]func(user string))

// Subscribe has fn called for each event of a kind.
func Subscribe(kind string, fn func(user string)) {
	subscribers[kind] = append(subscribers[kind], fn)
}

// Publish calls the subscribers of a kind.
func Publish(kind, user string) {
	for _, fn := range subscribers[kind] {
		fn(user)
	}
}
