package tenant

import "offboard/pkg/thrive"

// Was is how an account was, in the words of the tenant: what a person needs to undo a
// suspension by hand. A text is empty if the tenant says that there is none, and NotKnown
// if it does not say.
type Was struct{ ID, FirstName, LastName, Email, Role, Status, EndDate string }

// NotKnown stands for what the tenant does not say.
const NotKnown = "not known"

// Was returns how the account was when the tenant was asked.
func (a *Account) Was() Was {
	return Was{
		ID: said(a.id), FirstName: said(a.firstName), LastName: said(a.lastName), Email: said(a.email),
		Role: said(a.role), Status: said(a.status), EndDate: said(a.endDate),
	}
}

func said(f thrive.Fact[string]) string {
	if f.None() {
		return ""
	}
	return f.Or(NotKnown)
}
