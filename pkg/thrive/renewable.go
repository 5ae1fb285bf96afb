package thrive

import (
	"sync"
	"sync/atomic"
)

// renewable is a secret that can be replaced while a Client is in use.
type renewable struct {
	encode  func(secret string) string // credentials of a Basic Authorization header
	ask     func() Secret              // returns the secret that is valid now; nil: it never changes
	current atomic.Pointer[secretNow]  // never nil
	asking  sync.Mutex
}

// secretNow is a secret and what is made from it.
type secretNow struct {
	value   string
	header  string    // the Basic Authorization header
	removes *redactor // removes this secret and all that were before it
}

// newRenewable returns a secret that is sent as encode makes it. more are other secrets that
// answers must not show.
func newRenewable(secret Secret, encode func(string) string, ask func() Secret, more ...string) *renewable {
	r := &renewable{encode: encode, ask: ask}
	r.set(string(secret), newRedactor(more...))
	return r
}

// now returns the secret as it is now.
func (r *renewable) now() *secretNow { return r.current.Load() }

func (r *renewable) set(value string, removes *redactor) {
	encoded := r.encode(value)
	r.current.Store(&secretNow{value, "Basic " + encoded, removes.with(encoded, value)})
}

// replace asks for another secret, if the one at hand is that of a header which was
// refused. It returns whether there is another one now.
func (r *renewable) replace(header string) bool {
	r.asking.Lock()
	defer r.asking.Unlock()
	now := r.now()
	switch {
	case now.header != header:
		return true // another goroutine has replaced it
	case r.ask == nil:
		return false
	}
	value := string(r.ask())
	if value == "" || value == now.value {
		return false
	}
	r.set(value, now.removes)
	return true
}
