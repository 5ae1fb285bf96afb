package tenant

import (
	"math/bits"
	"strings"
	"time"

	"offboard/internal/leaver"
)

// Class is something that can be said about an account.
type Class uint8

// The classes, in the order in which they are shown.
const (
	Active        Class = iota // the account can be used
	Inactive                   // it is suspended already
	OtherStatus                // neither: it has another status, such as new or expired
	NoSuchUser                 // there is no account with this ref
	NotRead                    // the account could not be read
	Deleted                    // the account is deleted
	Administrator              // its role is that of an administrator
	Manager                    // people who are still active have this manager
	RecentLogin                // somebody has signed in lately; see doubts
	classes
)

// classNames are the classes in events.
var classNames = [classes]string{
	Active: "active", Inactive: "inactive", OtherStatus: "otherStatus", NoSuchUser: "noSuchUser", NotRead: "notRead",
	Deleted: "deleted", Administrator: "administrator", Manager: "manager", RecentLogin: "recentLogin",
}

// String returns the name of the class.
func (c Class) String() string { return classNames[c] }

// AllClasses lists all classes, in the order in which they are shown.
func AllClasses() []Class {
	all := make([]Class, classes)
	for i := range all {
		all[i] = Class(i)
	}
	return all
}

// Classes is a set of classes. The zero value is empty.
type Classes uint16

// Has tells whether a class is in the set.
func (all Classes) Has(c Class) bool { return all>>c&1 == 1 }

// Each calls f for each class in the set, in their order.
func (all Classes) Each(f func(Class)) {
	for rest := all; rest != 0; rest &= rest - 1 {
		f(Class(bits.TrailingZeros16(uint16(rest))))
	}
}

func (all *Classes) add(c Class) { *all |= 1 << c }

// Verdict is what the tenant says about an account: the classes that it is in, and those
// of which that is not known. It is in no other one. Whether somebody is a manager is never
// denied: only a list that does not change while it is read could tell.
type Verdict struct{ Is, Unknown Classes }

// Classes returns the classes that do not depend on the leaver's end date.
func (a *Account) Classes() Verdict {
	var v Verdict
	switch a.state {
	case absent:
		v.Is.add(NoSuchUser)
		return v
	case failed:
		v.Is.add(NotRead)
	}
	status, ok := a.status.Get()
	switch {
	case !ok:
		v.Unknown.add(Active)
		v.Unknown.add(Inactive)
	case strings.EqualFold(status, "active"):
		v.Is.add(Active)
	case strings.EqualFold(status, "inactive"):
		v.Is.add(Inactive)
	default:
		v.Is.add(OtherStatus)
	}
	deleted, ok := a.deleted.Get()
	v.say(Deleted, deleted, ok)
	role, ok := a.role.Get()
	v.say(Administrator, ok && isAdministrator(role), ok)
	v.say(Manager, a.manages > 0, false)
	return v
}

func (v *Verdict) say(c Class, is, known bool) {
	switch {
	case is:
		v.Is.add(c)
	case !known:
		v.Unknown.add(c)
	}
}

// isAdministrator tells whether a role is that of an administrator of the tenant: every
// role but the other ones that the vendor documents. A role that nobody knows may be any.
func isAdministrator(role string) bool {
	return !strings.EqualFold(role, "learner") && !strings.EqualFold(role, "learneradmin")
}

// loginWindow is for how long a sign-in of somebody without an end date is recent.
const loginWindow = 14 * 24 * time.Hour

// About returns what the tenant says about a leaver.
func (c *Check) About(l leaver.Leaver) Verdict {
	a := c.Account(l.Ref)
	v := a.Classes()
	if v.Is.Has(NoSuchUser) {
		return v
	}
	at, ok := a.loginTime()
	v.say(RecentLogin, ok && c.isRecent(at, l.EndDate), ok)
	return v
}

// isRecent tells whether a sign-in speaks against having left.
func (c *Check) isRecent(at time.Time, end leaver.EndDate) bool {
	if end.Time().IsZero() {
		return at.After(c.now.Add(-loginWindow))
	}
	return end.Passed(at)
}

// Doubts returns what speaks against suspending a leaver, by what the tenant says, and in
// words what was seen of each kind, in their order. Of an account that cannot be used
// any more nothing does.
func (c *Check) Doubts(l leaver.Leaver) (doubts leaver.Doubts, seen []string) {
	v := c.About(l)
	if v.Is.Has(Inactive) || v.Is.Has(NoSuchUser) || v.Is.Has(NotRead) {
		return 0, nil
	}
	a := c.Account(l.Ref)
	if v.Is.Has(Administrator) {
		doubts |= leaver.DoubtsOf(leaver.Administrator)
		seen = append(seen, "the role of the account is "+shown(a.role.Or("")))
	}
	if v.Is.Has(RecentLogin) {
		doubts |= leaver.DoubtsOf(leaver.RecentLogin)
		at, _ := a.loginTime()
		text := "the last sign-in was at " + at.UTC().Format("2006-01-02 15:04 UTC")
		if l.EndDate.Time().IsZero() {
			text += ", and the input has no end date"
		} else {
			text += ", after the end date " + l.EndDate.Key().String()
		}
		seen = append(seen, text)
	}
	return doubts, seen
}

// Manages returns how many active people were seen whose manager the leaver is.
func (a *Account) Manages() int { return a.manages }

// shown prepares a text of the tenant for a message: short, on one line, and without what
// separates the parts of what was seen.
func shown(text string) string {
	return strings.ReplaceAll(leaver.Clean(text, maxShown, ' '), "; ", ", ")
}

func quote(text string) string { return `"` + shown(text) + `"` }

// maxShown is how many characters of a text of the tenant a message has.
const maxShown = 60
