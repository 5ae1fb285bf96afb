package tenant

import (
	"strings"
	"time"

	"offboard/internal/leaver"
	"offboard/pkg/thrive"
)

// state is how far the account of a leaver is known.
//
//	unseen ─ list ─▶ seen ─ the list again ─▶ differing ─┐
//	   │               └────────── the same ─▶ seen      │
//	   └────────────────── read by ref ◀─────────────────┘
//	                            ▼
//	                  known · absent · failed
type state string

const (
	unseen    state = "" // the zero value, so that an Account needs no constructor
	seen      state = "seen"
	differing state = "differing" // on several pages, which do not say the same
	known     state = "known"
	absent    state = "absent"
	failed    state = "failed"
)

// Account is what the tenant says about the account of a leaver.
type Account struct {
	facts
	state   state
	failure leaver.Finding
	near    []string // refs of the tenant that look nearly like that of the leaver
	manages int      // people who are still active: see people
}

// facts are what an answer says about a user, as far as it is used.
type facts struct {
	id, firstName, lastName, email thrive.Fact[string]
	role, status, languageCode     thrive.Fact[string]
	endDate, lastLogin             thrive.Fact[string]
	deleted                        thrive.Fact[bool]
	additional                     thrive.Fact[thrive.TextFields]
}

func factsOf(u *thrive.User) facts {
	return facts{
		id: nonEmpty(u.ID), firstName: u.FirstName, lastName: u.LastName, email: u.Email,
		role: nonEmpty(u.Role), status: nonEmpty(u.Status), languageCode: u.LanguageCode,
		endDate: endDateOf(u.Positions), lastLogin: u.LastLogin,
		deleted: u.Deleted, additional: u.AdditionalFields,
	}
}

// nonEmpty returns a text, or that it is not known if there are no words in it: such a role
// is no unknown role, and two such IDs are not the same account.
func nonEmpty(text thrive.Fact[string]) thrive.Fact[string] {
	if value, ok := text.Get(); ok && strings.TrimSpace(value) == "" {
		return thrive.Fact[string]{}
	}
	return text
}

// endDateOf returns the end date of the first position that is held now, or else of the
// first one. It is not known if the position does not say so.
func endDateOf(positions thrive.Fact[[]thrive.Position]) thrive.Fact[string] {
	all, ok := positions.Get()
	if !ok || len(all) == 0 {
		return thrive.Fact[string]{}
	}
	for _, p := range all {
		if p.IsActive.Or(false) {
			return p.EndDate
		}
	}
	return all[0].EndDate
}

// open tells whether the leaver has to be read by ref.
func (a *Account) open() bool { return a.state == unseen || a.state == differing }

// listed takes what the list says.
func (a *Account) listed(f facts) {
	if a.state == unseen {
		a.state, a.facts = seen, f
		return
	}
	if both := a.facts.common(f); !both.equal(a.facts) || !both.equal(f) {
		a.state, a.facts = differing, both
	}
}

// read takes what the read by ref says. It is the latest answer; what it does not say is
// taken from the list, if that speaks of the same account.
func (a *Account) read(f facts) {
	if f.id == a.id { // unless both are not known, it is the same account
		if _, ok := f.id.Get(); ok {
			f = f.completed(a.facts)
		}
	}
	a.state, a.facts = known, f
}

// common returns what two answers agree on.
func (f facts) common(o facts) facts {
	return facts{
		id: agreed(f.id, o.id), firstName: agreed(f.firstName, o.firstName), lastName: agreed(f.lastName, o.lastName),
		email: agreed(f.email, o.email), role: agreed(f.role, o.role), status: agreed(f.status, o.status),
		languageCode: agreed(f.languageCode, o.languageCode), endDate: agreed(f.endDate, o.endDate),
		lastLogin: agreed(f.lastLogin, o.lastLogin), deleted: agreed(f.deleted, o.deleted),
	}
}

// agreed returns what two answers say of one field, or that it is not known.
func agreed[T comparable](a, b thrive.Fact[T]) thrive.Fact[T] {
	if a == b {
		return a
	}
	return thrive.Fact[T]{}
}

// either returns the first one of two facts that is known.
func either[T any](first, second thrive.Fact[T]) thrive.Fact[T] {
	if _, ok := first.Get(); ok {
		return first
	}
	return second
}

// equal tells whether two answers say the same, apart from the additional fields.
func (f facts) equal(o facts) bool {
	return f.id == o.id && f.firstName == o.firstName && f.lastName == o.lastName && f.email == o.email &&
		f.role == o.role && f.status == o.status && f.languageCode == o.languageCode &&
		f.endDate == o.endDate && f.lastLogin == o.lastLogin && f.deleted == o.deleted
}

// completed returns the facts with those of the list in the place of what a read by ref
// does not say: by the types of a public client it has neither deleted nor lastLogin, and
// the type of a field may be another one than in the list. An end date that is null was
// taken away.
func (f facts) completed(list facts) facts {
	if f.endDate.None() {
		list.endDate = f.endDate
	}
	return facts{
		id: f.id, firstName: either(f.firstName, list.firstName), lastName: either(f.lastName, list.lastName),
		email: either(f.email, list.email), role: either(f.role, list.role), status: either(f.status, list.status),
		languageCode: either(f.languageCode, list.languageCode), endDate: either(f.endDate, list.endDate),
		lastLogin: either(f.lastLogin, list.lastLogin), deleted: either(f.deleted, list.deleted),
		additional: either(f.additional, list.additional),
	}
}

// Finding returns the outcome that the account gives its leaver without a call that
// suspends; nil if the leaver can be suspended, as far as is known.
func (a *Account) Finding() *leaver.Finding {
	switch {
	case a.state == failed:
		return &a.failure
	case a.state == absent:
		return &leaver.Finding{Outcome: leaver.NotFound, Reason: "the tenant has no user with this ref" + a.didYouMean()}
	case a.Classes().Is.Has(Inactive):
		return &leaver.Finding{Outcome: leaver.AlreadyInactive, Reason: "the tenant says that the account is inactive already"}
	}
	return nil
}

// didYouMean names the refs that look nearly like that of the leaver.
func (a *Account) didYouMean() string {
	if len(a.near) == 0 {
		return ""
	}
	quoted := make([]string, len(a.near))
	for i, ref := range a.near {
		quoted[i] = quote(ref)
	}
	return "; did you mean " + strings.Join(quoted, " or ") + "?"
}

// loginTime returns when somebody has signed in to the account last.
func (f facts) loginTime() (time.Time, bool) {
	text, ok := f.lastLogin.Get()
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}

// Unsure says why nobody can tell whether the account is active.
func (a *Account) Unsure() string {
	status, ok := a.status.Get()
	switch {
	case a.state == failed:
		return a.failure.Reason
	case ok:
		return "the status of the account is " + quote(status)
	}
	return "the answer does not say whether the account is active"
}
