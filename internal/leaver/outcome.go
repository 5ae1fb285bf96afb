package leaver

// Outcome is what became of a row.
//
//	             ┌─ invalid · duplicate · not_due · excluded · held
//	             │                                     nothing was sent
//	row ─ plan ──┼─ already_inactive · not_found       the tenant said so when it was asked
//	             │                                     before the run: nothing was sent
//	             └─ pending ─ attempt ─┬─ suspended    the API said so
//	                  ▲                ├─ not_found · rejected · unconfirmed
//	                  │                └─ failed       after the last attempt
//	                  └── the run stopped first: it stays pending
//
// When the run is resumed, every row is planned again, unless its leaver is closed, or it
// is a duplicate.
type Outcome string

// The outcomes, as a report spells them.
const (
	Suspended Outcome = "suspended" // the API answered 2xx and says that the account is inactive
	// AlreadyInactive: the tenant says that the account is inactive already.
	AlreadyInactive Outcome = "already_inactive"
	Duplicate       Outcome = "duplicate"   // an earlier row is the same leaver
	NotDue          Outcome = "not_due"     // the end date has not passed
	Excluded        Outcome = "excluded"    // on a list of leavers who are never suspended
	Held            Outcome = "held"        // a doubt that no person has accepted
	Invalid         Outcome = "invalid"     // the row cannot be used; nothing was sent
	NotFound        Outcome = "not_found"   // no such user
	Rejected        Outcome = "rejected"    // another final refusal
	Unconfirmed     Outcome = "unconfirmed" // 2xx, but the answer does not say that the account is inactive
	Failed          Outcome = "failed"      // still failing after the last attempt
	Pending         Outcome = "pending"     // not attempted
)

// Outcomes lists all outcomes in the order in which summaries show them.
func Outcomes() []Outcome {
	return []Outcome{Suspended, AlreadyInactive, Duplicate, NotDue, Excluded, Held, Invalid, NotFound, Rejected, Unconfirmed, Failed, Pending}
}

// ParseOutcome reads an outcome as a report spells it.
func ParseOutcome(text string) (Outcome, bool) {
	for _, o := range Outcomes() {
		if string(o) == text {
			return o, true
		}
	}
	return "", false
}

// Done tells whether a row with this outcome is skipped when a run is resumed.
func (o Outcome) Done() bool { return o.Closed() || o == Duplicate }

// Closed tells whether a leaver with this outcome needs no call any more.
func (o Outcome) Closed() bool { return o == Suspended || o == AlreadyInactive }

// Fine tells whether a row with this outcome needs no attention. A run in which
// every row is fine is a success.
func (o Outcome) Fine() bool { return o.Done() || o == NotDue || o == Excluded }

// Uncalled tells whether a row gets this outcome without a call to the API.
func (o Outcome) Uncalled() bool {
	return o == AlreadyInactive || o == Duplicate || o == NotDue || o == Excluded || o == Held || o == Invalid
}

// AboutRow tells whether a line with this outcome speaks of its row. Any other line
// speaks of its leaver.
func (o Outcome) AboutRow() bool { return o == Duplicate || o == Invalid || o == Excluded }

// Called tells whether a leaver gets this outcome by a call to the API.
func (o Outcome) Called() bool {
	return o == Suspended || o == NotFound || o == Rejected || o == Unconfirmed || o == Failed
}

// Tally counts rows by outcome.
type Tally map[Outcome]int

// Total returns the number of rows counted.
func (t Tally) Total() int {
	n := 0
	for _, c := range t {
		n += c
	}
	return n
}

// Counts returns how many rows have each outcome, without those that no row has.
func (t Tally) Counts() map[Outcome]int {
	counts := map[Outcome]int{}
	for o, c := range t {
		if c > 0 {
			counts[o] = c
		}
	}
	return counts
}

// Fine tells whether every row counted is fine.
func (t Tally) Fine() bool {
	for o, c := range t {
		if c > 0 && !o.Fine() {
			return false
		}
	}
	return true
}
