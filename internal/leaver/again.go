package leaver

import "strings"

// activeAgain begins the Reason of a pending line that ends what an earlier line said.
const activeAgain = "active again: "

// ActiveAgainReason is the Reason of a pending line that says that an account which was
// inactive is active again, and what was seen. IsActiveAgain knows it, so that the line
// keeps its meaning in a report.
func ActiveAgainReason(seen string) string { return activeAgain + seen }

// IsActiveAgain tells whether a Reason is an ActiveAgainReason. It does not tell who has
// written it: see Result.ActiveAgain.
func IsActiveAgain(reason string) bool { return strings.HasPrefix(reason, activeAgain) }

// ActiveAgain tells whether a line of a report ends what an earlier one said, that the
// leaver is suspended or was inactive already: the account is active again.
//
// Nothing was sent for such a line. In a line about a request, the Reason may be a text of
// the server, which could begin in the same way.
func (r Result) ActiveAgain() bool {
	return r.Outcome == Pending && r.Attempts == 0 && r.HTTPStatus == 0 && r.RequestID == "" && IsActiveAgain(r.Reason)
}
