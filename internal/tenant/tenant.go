// Package tenant owns what the tenant says about leavers before a run suspends them, and
// after it: which account a ref leads to, and what speaks against suspending it.
//
//	leavers ─ Ask ─▶ Check ◀─ Page ── pages of the list of users
//	                   │   ◀─ Read ── users by ref: who was not in the list, or twice
//	                   ▼
//	                Account ─▶ classes · doubts · a finding
//
// What an answer does not say is not known: it is neither "yes" nor "no", and changes
// nothing. The package sends nothing: its caller reads pages and users, and gives them to
// it. It keeps some hundred bytes for each leaver, and a bounded number for the tenant.
package tenant

import (
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"offboard/internal/leaver"
	"offboard/pkg/thrive"
)

// ErrKnowsNobody is the error of a check in which the service has said of leavers that
// there is no such user, and has not shown that it knows anybody: the route may be retired,
// or it is another tenant.
var ErrKnowsNobody = errors.New("the service says that there is no such user, and has not shown that it knows anybody")

// Check is what the tenant says about some leavers. It is safe for concurrent use.
type Check struct {
	now time.Time

	mu       sync.Mutex
	accounts map[string]*Account // by ref
	order    []string            // the refs in the order of Ask
	looks    looks
	people   people
	whole    bool     // the whole list was read
	knows    bool     // a user was read by ref
	witness  []string // refs of users of the list
}

// New returns a check that is made at a time.
func New(now time.Time) *Check {
	return &Check{now: now, accounts: map[string]*Account{}, looks: looks{}, people: newPeople()}
}

// Ask adds a leaver, before the first answer.
func (c *Check) Ask(ref string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.accounts[ref] != nil {
		return
	}
	a := &Account{}
	c.accounts[ref] = a
	c.order = append(c.order, ref)
	c.looks.add(ref, a)
}

// Len returns how many leavers were added.
func (c *Check) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.order)
}

// Page takes a page of the list of users.
func (c *Check) Page(page thrive.UserPage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.people.page(page)
	asked := false
	for i := range page.Users {
		u := &page.Users[i]
		ref, ok := u.Ref.Get()
		if !ok || ref == "" {
			continue // nobody can tell whose account it is
		}
		if !asked && len(c.witness) < maxWitnesses && !slices.Contains(c.witness, ref) {
			c.witness = append(c.witness, ref)
			asked = true
		}
		if a := c.accounts[ref]; a != nil {
			a.listed(factsOf(u))
		}
		c.looks.note(ref)
	}
}

// Whole takes note that the list was read to its end.
func (c *Check) Whole() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.whole = true
}

// Unread returns the leavers who have to be read by ref, in the order of Ask: those who
// were on no page, since the list may have changed while it was read, and those who were on
// several ones that do not say the same.
func (c *Check) Unread() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, ref := range c.order {
			c.mu.Lock()
			open := c.accounts[ref].open()
			c.mu.Unlock()
			if open && !yield(ref) {
				return
			}
		}
	}
}

// Read takes the answer to a read of a leaver, or of a witness, by ref.
func (c *Check) Read(ref string, u thrive.User) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := factsOf(&u)
	_, isSomebody := f.id.Get()
	about, isNamed := u.Ref.Get()
	isNamed = isNamed && about == ref
	// Any gateway can answer 200: only an account shows that the service knows somebody.
	c.knows = c.knows || isNamed || isSomebody
	a := c.accounts[ref]
	switch {
	case a == nil: // a witness
	case isNamed:
		a.read(f)
	default:
		a.state = known // there is an account, and nobody can tell whether this is it
	}
}

// Absent takes the answer that there is no user with a ref. Finish tells whether it can be
// believed.
func (c *Check) Absent(ref string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.accounts[ref]; a != nil {
		a.state, a.facts = absent, facts{}
	}
}

// Failed takes what became of a leaver whose account could not be read: the outcome of a
// call that fails so. What the list says of a witness stands.
func (c *Check) Failed(ref string, f leaver.Finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.accounts[ref]; a != nil && a.open() {
		a.state, a.facts, a.failure = failed, facts{}, f
	}
}

// maxWitnesses is how many users of the list are asked for by ref, at most, until one is
// known.
const maxWitnesses = 3

// Witnesses returns the refs of users of the list who have to be read by ref, until one of
// them is known: leavers are said not to exist, and no read by ref has found anybody. There
// are none if the read of a leaver was enough. A leaver who was read already is none.
func (c *Check) Witnesses() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.knows || !c.anybodyAbsent() {
		return nil
	}
	var refs []string
	for _, ref := range c.witness {
		if a := c.accounts[ref]; a == nil || a.state == seen {
			refs = append(refs, ref)
		}
	}
	return refs
}

// Finish is called when the last answer has come. It returns ErrKnowsNobody if leavers are
// said not to exist by a service that has not shown that it knows anybody.
func (c *Check) Finish() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.knows && c.anybodyAbsent() {
		return ErrKnowsNobody
	}
	for ref, a := range c.accounts {
		if a.state != absent && a.state != failed {
			a.manages = c.people.managedBy(ref, a.id)
		}
	}
	return nil
}

func (c *Check) anybodyAbsent() bool {
	for _, a := range c.accounts {
		if a.state == absent {
			return true
		}
	}
	return false
}

// Account returns what the tenant says about a leaver; nil if it was not asked. It must
// not be called before the last answer has come.
func (c *Check) Account(ref string) *Account {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.accounts[ref]
}

// Leavers returns the leavers and what the tenant says about them, in the order of Ask.
func (c *Check) Leavers() iter.Seq2[string, *Account] {
	return func(yield func(string, *Account) bool) {
		for _, ref := range c.order {
			if !yield(ref, c.accounts[ref]) {
				return
			}
		}
	}
}
