package leaver

import (
	"math/bits"
	"slices"
	"strings"
)

// Doubt is a kind of reason to hold a row until a person has looked at it: something
// in the file or in the tenant speaks against suspending the leaver. A doubt never
// changes a ref or a date.
type Doubt uint8

// The kinds of doubt, in the order in which they are shown.
const (
	NoEndDate       Doubt = iota // the end date is blank, in a source that has end dates
	StillActive                  // a column says that the person is still employed, or not that they have left
	ActiveElsewhere              // another row of the ref, which a condition left out, does not say that they have left
	OddRef                       // the ref has another form than nearly all refs of the source
	CutZeros                     // the ref has fewer digits than those with zeros in front
	LostDigits                   // the ref is a number of which a spreadsheet program lost digits
	Shifted                      // the cell is empty, and the one beside it has what belongs there
	JoinedRows                   // the record takes up several lines that look like rows
	CutOff                       // the last row of a file that does not end as it should
	BelowTitle                   // the row stands below a title in the middle of the table
	HiddenRow                    // the sheet hides the row
	SwappedDates                 // days and months of the column seem to be swapped in part
	Administrator                // the account is that of an administrator of the tenant
	RecentLogin                  // somebody has signed in to the account lately, or after the end date
	Mismatch                     // the account differs from what the input says about the person
	doubts
)

// TenantDoubts are the kinds that come from what the tenant says.
const TenantDoubts = Doubts(1<<Administrator | 1<<RecentLogin | 1<<Mismatch)

// doubtNames are the kinds as reports and people spell them.
var doubtNames = [doubts]string{
	NoEndDate: "no-end-date", StillActive: "still-active", ActiveElsewhere: "active-elsewhere",
	OddRef: "odd-ref", CutZeros: "cut-zeros", LostDigits: "lost-digits", Shifted: "shifted",
	JoinedRows: "joined-rows", CutOff: "cut-off", BelowTitle: "below-title", HiddenRow: "hidden-row",
	SwappedDates: "swapped-dates", Administrator: "administrator", RecentLogin: "recent-login",
	Mismatch: "mismatch",
}

// DoubtKinds lists all kinds, in the order in which they are shown.
func DoubtKinds() []Doubt {
	kinds := make([]Doubt, doubts)
	for i := range kinds {
		kinds[i] = Doubt(i)
	}
	return kinds
}

// ParseDoubt reads the name of a kind.
func ParseDoubt(name string) (Doubt, bool) {
	for i, n := range doubtNames {
		if n == name {
			return Doubt(i), true
		}
	}
	return 0, false
}

// String returns the name of the kind.
func (d Doubt) String() string { return doubtNames[d] }

// Doubts is a set of kinds. The zero value is empty.
type Doubts uint16

// DoubtsOf returns the set of some kinds.
func DoubtsOf(kinds ...Doubt) Doubts {
	var all Doubts
	for _, d := range kinds {
		all |= 1 << d
	}
	return all
}

// Has tells whether a kind is in the set.
func (all Doubts) Has(d Doubt) bool { return all>>d&1 == 1 }

// Without returns the kinds that are not in another set.
func (all Doubts) Without(others Doubts) Doubts { return all &^ others }

// Kinds lists the kinds in the set, in the order in which they are shown.
func (all Doubts) Kinds() []Doubt {
	var kinds []Doubt
	for rest := all; rest != 0; rest &= rest - 1 {
		kinds = append(kinds, Doubt(bits.TrailingZeros16(uint16(rest))))
	}
	return kinds
}

// String lists the names of the kinds, as in "no-end-date, odd-ref".
func (all Doubts) String() string {
	names := make([]string, 0, doubts)
	for _, d := range all.Kinds() {
		names = append(names, d.String())
	}
	return strings.Join(names, ", ")
}

// Remedy is how a source could be read so that a doubt about its rows would be settled:
// with the rows left out, or with other refs. It is a proposal for a person, and the
// parts that do not apply are zero.
type Remedy struct {
	// Column, if it is not empty, is a column or key in which the rows have one of
	// Values, and by which they can be left out. The value "" means that they have none.
	Column string
	Values []string
	// Undated tells that none of these rows has an end date: nothing says that the
	// person has left. All other rows have a value that says so.
	Undated bool
	// Unsure tells that some of these values do not say that the person is employed: rows
	// of leavers may have them, too.
	Unsure bool
	// Digits, if it is not 0, is to how many digits the refs would have to be padded.
	Digits int
}

// Equal tells whether two remedies are the same.
func (r Remedy) Equal(other Remedy) bool {
	return r.Column == other.Column && slices.Equal(r.Values, other.Values) && r.Undated == other.Undated && r.Unsure == other.Unsure && r.Digits == other.Digits
}

// Facts are what a first reading has seen in a row, in a code of the source that the
// row comes from. 0 says that nothing was seen that could be a doubt.
type Facts uint32

// HeldReason is the Reason of a row that is held: the names of the kinds, and what
// was seen. ParseHeldReason reads it, so that a row stays held on its way through a
// report.
func HeldReason(all Doubts, seen string) string { return all.String() + ": " + seen }

// ParseHeldReason returns the kinds in a HeldReason and what was seen; no kinds if
// the text is none.
func ParseHeldReason(reason string) (all Doubts, seen string) {
	names, seen, found := strings.Cut(reason, ": ")
	if !found {
		return 0, ""
	}
	for name := range strings.SplitSeq(names, ", ") {
		d, ok := ParseDoubt(name)
		if !ok {
			return 0, ""
		}
		all |= DoubtsOf(d)
	}
	return all, seen
}

// DoubtedReason is the Reason of a row that has doubts and is not held, because no request
// would be sent for it in any case: it is not due, or excluded. The doubts stay with the
// row on its way through a report, too. Without doubts it is the reason alone.
// ParseDoubtedReason reads it.
func DoubtedReason(all Doubts, reason, seen string) string {
	if all == 0 {
		return reason
	}
	return HeldReason(all, reason+"; "+seen)
}

// ParseDoubtedReason returns the parts of a DoubtedReason. A text without doubts is the
// reason.
func ParseDoubtedReason(text string) (all Doubts, reason, seen string) {
	all, rest := ParseHeldReason(text)
	if all == 0 {
		return 0, text, ""
	}
	reason, seen, _ = strings.Cut(rest, "; ")
	return all, reason, seen
}

// SeenOf returns what was seen of some kinds of doubt, by what was seen of all kinds of a
// row: one part for each, in their order, with "; " between them. It returns all parts if
// they cannot be told apart.
func SeenOf(kinds, all Doubts, seen string) string {
	parts := strings.Split(seen, "; ")
	if len(parts) != len(all.Kinds()) {
		return seen
	}
	var chosen []string
	for i, kind := range all.Kinds() {
		if kinds.Has(kind) {
			chosen = append(chosen, parts[i])
		}
	}
	return strings.Join(chosen, "; ")
}
