package run

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"offboard/internal/batch"
	"offboard/internal/tenant"
)

// checkError checks whether the check was right to stop.
func (c *tenantCase) checkError(err error) {
	knows, absent, refused, broken := false, false, c.retired == http.StatusForbidden, len(c.flaky) > 0
	for ref, all := range c.reads {
		last := all[len(all)-1]
		knows = knows || last.status == http.StatusOK && (last.account["ref"].text == ref || last.account["id"].text != "")
		absent = absent || last.status == http.StatusNotFound && slices.Contains(c.asked, ref)
		refused = refused || last.status == http.StatusForbidden
		broken = broken || last.status == http.StatusInternalServerError
	}
	page, noPage := errors.AsType[*PageError](err)
	switch {
	case err == nil:
		if absent && !knows {
			c.Error("the service knows nobody, and is believed that there is no such user")
		}
	case noPage:
		if c.deadPage == 0 && !broken {
			c.Errorf("page %s: %v", page.Page, err)
		}
	case errors.Is(err, tenant.ErrKnowsNobody):
		if !absent || knows || c.couldKnow() {
			c.Errorf("absent %t, knows %t: %v", absent, knows, err)
		}
	case errors.Is(err, batch.ErrRefused) && refused, errors.Is(err, batch.ErrOutage) && broken:
	default:
		c.Errorf("the check failed: %v", err)
	}
}

// couldKnow tells whether the service has listed somebody, and would have shown by each
// user of the list that it knows them.
func (c *tenantCase) couldKnow() bool {
	if c.shifts > 0 || c.retired != 0 || len(c.broken)+len(c.flaky) > 0 || len(c.listed()) == 0 {
		return false
	}
	for ref := range c.listed() {
		at := slices.IndexFunc(c.users, func(m *member) bool { return m.Ref == ref })
		if at < 0 {
			return false
		}
		if a, _ := c.says(c.users[at], byRef); a["ref"].text != ref && a["id"].text == "" {
			return false
		}
	}
	return true
}

// checkCalls checks who was read, and how often.
func (c *tenantCase) checkCalls() {
	if len(c.suspends) > 0 {
		c.Errorf("suspended are %v", c.suspends)
	}
	inList := c.listed()
	witnesses := 0
	for ref, all := range c.reads {
		most := 1
		if last := all[len(all)-1].status; last == http.StatusInternalServerError {
			most = 2
		}
		if c.overHTTP {
			most *= 2 // a refusal is confirmed
		}
		if len(all) > most {
			c.Errorf("%s is read %d times", ref, len(all))
		}
		if _, same := agreed(inList[ref]); slices.Contains(c.asked, ref) && (len(inList[ref]) == 0 || !same) {
			continue
		}
		if witnesses++; len(inList[ref]) == 0 {
			c.Errorf("%s is read, and is neither a leaver nor in the list", ref)
		}
	}
	if witnesses > 3 {
		c.Errorf("%d witnesses", witnesses)
	}
	c.checkPages()
}

// checkPages checks that the list is read if that is cheaper, or needed, to its end, and
// each page once.
func (c *tenantCase) checkPages() {
	if len(c.pages) == 0 {
		if len(c.asked) > 0 && c.deadPage != 1 {
			c.Error("no page was read")
		}
		return
	}
	read, most := map[int]bool{}, (c.most+c.perPage-1)/c.perPage
	if !c.pagination.pages {
		most++
	}
	for _, p := range c.pages {
		if read[p.number] && !c.overHTTP {
			c.Errorf("page %d is read again", p.number)
		}
		read[p.number] = true
		if p.number > max(most, 1) {
			c.Errorf("page %d is read, and there are %d at most", p.number, most)
		}
	}
	if all := max(1, (len(c.users)+c.perPage-1)/c.perPage); len(read) > 1 && c.shifts == 0 && c.deadPage == 0 && len(c.flaky) == 0 && len(read) < all {
		c.Errorf("%d pages are read, and the list has %d", len(read), all)
	}
	first := c.pages[:1]
	seen := (&service{pages: first}).listed()
	unread := 0
	for _, ref := range c.asked {
		if _, same := agreed(seen[ref]); len(seen[ref]) == 0 || !same {
			unread++
		}
	}
	active, _ := c.counts(first)
	pages := first[0].pages
	if pages == 0 && len(first[0].accounts) > 0 && len(read) == 1 && c.deadPage == 0 && len(c.flaky) == 0 {
		c.Error("nobody knows how many pages there are, and only one is read")
	}
	enough := c.checking.MaxShare == 0 || active >= 100 && float64(len(c.asked)) <= c.checking.MaxShare*float64(active)
	if byRef := !c.checking.Full && pages > 0 && unread+1 < pages-1 && enough; byRef != (len(read) == 1) && (byRef || pages > 1 && c.deadPage == 0 && len(c.flaky) == 0) {
		c.Errorf("%d pages are read of %d, and %d leavers by ref", len(read), pages, unread)
	}
}

// String says what the tenant is, and what it has answered.
func (c *tenantCase) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d users at most, %d on a page%s, shifts %d, drifting %d, beyond %d, retired %d, broken %v, flaky %v, dead page %d\n%+v, accepted %v\n",
		c.most, c.perPage, c.pagination.text, c.shifts, c.drifting, c.beyond, c.retired, c.broken, c.flaky, c.deadPage, c.checking, c.settings.Accept)
	for _, row := range c.rows {
		fmt.Fprintf(&b, "%+v\n", row)
		for _, a := range c.listed()[row.ref] {
			fmt.Fprintln(&b, "  in the list", a)
		}
		for _, r := range c.reads[row.ref] {
			fmt.Fprintln(&b, "  by ref", r.status, r.account)
		}
	}
	for _, p := range c.pages {
		fmt.Fprintf(&b, "page %d of %d: %d\n", p.number, p.pages, len(p.accounts))
	}
	return b.String()
}
