package view

import "offboard/internal/leaver"

// words say what an outcome means, and what a person does about it.
type words struct{ meaning, remedy string }

const nothing = "Nothing."

// MeaningOf says what an outcome means, and what a person does about a row that has it.
func MeaningOf(o leaver.Outcome) (meaning, remedy string) {
	return wordsOf[o].meaning, wordsOf[o].remedy
}

var wordsOf = map[leaver.Outcome]words{
	leaver.Suspended:       {"The account is inactive: Thrive has said so.", nothing},
	leaver.AlreadyInactive: {"The account was inactive already, so nothing was sent.", nothing},
	leaver.Duplicate:       {"An earlier row is the same leaver.", nothing},
	leaver.NotDue:          {"The end date has not passed.", "Nothing now. A run after the end date suspends the leaver."},
	leaver.Excluded:        {"The leaver is on the list of people who are never suspended.", "Nothing, unless the person should not be on that list."},
	leaver.Held:            {"Something speaks against suspending this person, and nobody has accepted that. Nothing was sent.", "Look at each row: its reason says what was seen. Correct the row in the source, or have it accepted by whoever runs offboard."},
	leaver.Invalid:         {"The row cannot be used, so nothing was sent.", "Correct the row in the source: its reason says what is wrong. Then run again."},
	leaver.NotFound:        {"Thrive has no user with this ref.", "Check the ref, and whether the person has an account at all."},
	leaver.Rejected:        {"Thrive has refused to suspend the account, and would refuse it again.", "Correct what the reason names, or ask the administrator of the tenant."},
	leaver.Unconfirmed:     {"Thrive has accepted the call, but did not say that the account is inactive.", "Look at the account in Thrive. Run again if it is still active."},
	leaver.Failed:          {"The service or the network failed, also at the last attempt. The account may still be active.", "Run again later. If it fails again, the reason and the request ID help the support of Thrive."},
	leaver.Pending:         {"The run stopped before this row, or the account is active again. It may still be active.", "Run again: it goes on with these rows."},
}
