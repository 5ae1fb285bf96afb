package tenant

import (
	"hash/maphash"
	"slices"
	"strings"

	"offboard/pkg/thrive"
)

// people is what the list says about the whole tenant: how many users are active, and who
// manages them.
type people struct {
	results  thrive.Fact[int] // how many users the first page says there are
	moved    bool             // another page says another number
	seen     int
	active   int // known to be
	unsure   int // not known whether they are
	pages    int
	seed     maphash.Seed
	managers map[uint64]uint32 // active people by the key of their manager
}

// maxManagers bounds the memory for managers: about 40 MB. In a tenant with more of them
// the leavers among the others are not known to be managers.
const maxManagers = 1 << 20

func newPeople() people { return people{seed: maphash.MakeSeed(), managers: map[uint64]uint32{}} }

func (p *people) page(page thrive.UserPage) {
	if p.pages++; p.pages == 1 {
		p.results = page.Pagination.TotalResults
	} else if page.Pagination.TotalResults != p.results {
		p.moved = true
	}
	for i := range page.Users {
		u := &page.Users[i]
		p.seen++
		status, ok := nonEmpty(u.Status).Get()
		switch {
		case !ok:
			p.unsure++
			continue
		case !strings.EqualFold(status, "active") || u.Deleted.Or(false):
			continue
		}
		p.active++
		p.manage(u)
	}
}

// manage notes the managers of an active user, in the positions that are held now.
func (p *people) manage(u *thrive.User) {
	positions, _ := u.Positions.Get()
	var met []uint64 // managers of this user; nearly everybody has one at most
	for _, position := range positions {
		manager, ok := position.Manager.Get()
		if !ok || !position.IsActive.Or(false) {
			continue
		}
		key, ok := p.managerKey(manager)
		if !ok || slices.Contains(met, key) {
			continue
		}
		met = append(met, key)
		if _, have := p.managers[key]; have || len(p.managers) < maxManagers {
			p.managers[key]++
		}
	}
}

// managerKey returns the key of a manager: by ID, which is all that the vendor's example
// has, or else by ref.
func (p *people) managerKey(m thrive.Manager) (uint64, bool) {
	if id, ok := m.ID.Get(); ok && id != "" {
		return p.key("id", id), true
	}
	if ref, ok := m.Ref.Get(); ok && ref != "" {
		return p.key("ref", ref), true
	}
	return 0, false
}

func (p *people) key(kind, text string) uint64 {
	return maphash.String(p.seed, kind+" "+text)
}

// managedBy returns how many active people were seen whose manager a user is.
func (p *people) managedBy(ref string, id thrive.Fact[string]) int {
	n := p.managers[p.key("ref", ref)]
	if id, ok := id.Get(); ok {
		n += p.managers[p.key("id", id)]
	}
	return int(n)
}

// People is what the check knows about the whole tenant.
type People struct {
	Active int // users who are known to be active
	Unsure int // users of whom that is not known
	// Whole tells that the whole list was read. If not, there are more of both.
	Whole bool
	// Moved tells that the list has changed while it was read: the numbers, also those of
	// Account.Manages, are about right.
	Moved bool
}

// People returns what is known about the whole tenant so far.
func (c *Check) People() People {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := &c.people
	results, ok := p.results.Get()
	return People{Active: p.active, Unsure: p.unsure, Whole: c.whole, Moved: p.moved || c.whole && ok && results != p.seen}
}
