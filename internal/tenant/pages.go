package tenant

import "offboard/pkg/thrive"

// Pages returns how many pages the list has, by one of them. largest is how many users the
// largest page so far has: a service that gives fewer users than were asked for gives as
// few on every page but the last one. It is not known if the page does not say so.
func Pages(page thrive.UserPage, largest int) (int, bool) {
	if pages, ok := page.Pagination.TotalPages.Get(); ok {
		return pages, true
	}
	results, ok := page.Pagination.TotalResults.Get()
	if !ok || largest == 0 {
		return 0, false
	}
	pages := results / largest
	if results%largest > 0 {
		pages++
	}
	return pages, true
}

// ByRef tells, when the first page of the list was taken, whether to read the other
// leavers by ref: that takes fewer calls than the other pages, and what it leaves out need
// not be known. maxShare is the share of the active users that may be suspended; 0: any.
// Without the list the number of active users is at least that of the first page, and that
// has to be enough to tell that so many may.
func (c *Check) ByRef(pages, leavers int, maxShare float64) bool {
	unread := 0
	for range c.Unread() {
		unread++
	}
	const witness = 1
	people := c.People()
	return unread+witness < pages-1 &&
		(maxShare == 0 || people.Active >= ShareFrom && float64(leavers) <= maxShare*float64(people.Active))
}

// ShareFrom is how many active users a tenant has at least in which a share of them is
// asked for: in a smaller one it would mean little.
const ShareFrom = 100
