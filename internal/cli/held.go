package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/plan"
	"offboard/internal/run"
)

// doubtTexts has what a person reads about each kind of doubt: what speaks against
// suspending the leaver, and what settles that better than to accept it.
var doubtTexts = map[leaver.Doubt]struct {
	what   string
	settle func(leaver.Remedy) string // "": nothing is known that would
}{
	leaver.NoEndDate:       {"the end date is blank, and other rows have one", leaveOut("")},
	leaver.StillActive:     {"a column says that the person is still employed, or not that they have left", leaveOut("")},
	leaver.ActiveElsewhere: {"another row does not say that the person has left", always("ask whether they have left for good")},
	leaver.OddRef:          {"the ref, or a cell beside it, has another form than in the other rows", always("correct the rows in which the ref is wrong")},
	leaver.CutZeros:        {"the ref has fewer digits than the others", padRefs},
	leaver.LostDigits:      {"a spreadsheet seems to have rounded the ref", always("export the refs again, as text")},
	leaver.Shifted:         {"a cell is empty, and its neighbour has what belongs there", always("correct these rows")},
	leaver.JoinedRows:      {"the row has several lines that look like rows", always("remove the quote that joins them")},
	leaver.CutOff:          {"the file ends in the middle of this row, or seems to", always("get the complete file")},
	leaver.BelowTitle:      {"the row is below another title or header", always("remove the rows that are not leavers")},
	leaver.HiddenRow:       {"the sheet hides the row", leaveOut("delete the hidden rows")},
	leaver.Administrator:   {"the account is that of an administrator", always("look at whom the ref leads to, and take the role away first")},
	leaver.RecentLogin:     {"somebody has signed in after the end date, or in the last 14 days if there is none", always("ask whether the person has left")},
	leaver.Mismatch:        {"the account is of somebody else than the input says", always("correct the refs")},
	leaver.SwappedDates:    {"days and months of the end dates seem to be swapped", always("export the dates again as YYYY-MM-DD")},
}

func always(advice string) func(leaver.Remedy) string {
	return func(leaver.Remedy) string { return advice }
}

// leaveOut says which condition leaves the rows out; otherwise, if there is none.
func leaveOut(otherwise string) func(leaver.Remedy) string {
	return func(r leaver.Remedy) string {
		if flag := whereFlag(r); flag != "" {
			if r.Unsure {
				return flag + " leaves them out if they are no leavers"
			}
			return flag + " leaves them out"
		}
		return otherwise
	}
}

// padRefs says how zeros are put back.
func padRefs(r leaver.Remedy) string {
	if r.Digits == 0 {
		return "export the refs again, as text"
	}
	return fmt.Sprintf("--ref-pad %d puts the zeros back", r.Digits)
}

// whereFlag returns --where with the condition that leaves out the rows of a remedy, for
// a shell. It returns "" if there is no such condition, or if it cannot be typed.
func whereFlag(r leaver.Remedy) string {
	value := whereValue(r)
	if value == "" {
		return ""
	}
	return quoteFlag("--where", value)
}

// whereValue returns the value of that flag.
func whereValue(r leaver.Remedy) string {
	// Names are found without regard to white space, such as the line breaks of a sheet.
	c := input.Condition{Column: strings.Join(strings.Fields(r.Column), " "), Values: r.Values, Not: true}
	text := c.String()
	read, err := input.ParseCondition(text)
	if err != nil || read.Column != c.Column || !read.Not || !slices.Equal(read.Values, c.Values) || printable(text, len(text)+1) != text {
		return ""
	}
	return kong.JoinEscaped([]string{text}, ';')
}

// heldExamples is how many examples of a kind of doubt are shown.
const heldExamples = 2

// appendHeld writes the rows that are held: for each kind of doubt how many there are,
// examples, and what settles it.
func appendHeld(text []byte, rows int, held []run.HeldRows) []byte {
	if len(held) == 0 {
		return text
	}
	text = fmt.Appendf(text, "%s will not be suspended, because something speaks against %s:\n", count(rows, "held row"), agree(rows, "it", "them"))
	doubts := 0
	for _, h := range held {
		doubts += h.Count
		text = fmt.Appendf(text, "  %s, %s: %s\n", h.Doubt, count(h.Count, "row"), doubtTexts[h.Doubt].what)
		for _, e := range h.Examples {
			text = fmt.Appendf(text, "    %s  %s: %s\n", printable(e.Place.String(), 60), printable(e.Ref, 40), printable(seenOf(e.Reason, h.Doubt), 200))
		}
		if more := h.Count - len(h.Examples); more > 0 {
			text = fmt.Appendf(text, "    … and %s more; plan --all lists them\n", group(more))
		}
		if h.TooMany {
			text = fmt.Appendf(text, "    held: %s the doubt %s, and --accept %s allows %d\n", have(h.All), h.Doubt, acceptance{h.Doubt, h.Allowed}, h.Allowed)
		}
		text = fmt.Appendf(text, "    To settle this: %s\n", settle(h))
	}
	if doubts > rows {
		text = append(text, "A row with several doubts is held until all of them are settled.\n"...)
	}
	return append(text, "--accept-refs FILE suspends only the held rows whose refs are listed in FILE.\n"...)
}

// seenOf returns what was seen of one kind of doubt in a row that is held.
func seenOf(reason string, kind leaver.Doubt) string {
	all, seen := leaver.ParseHeldReason(reason)
	return leaver.SeenOf(leaver.DoubtsOf(kind), all, seen)
}

// settle says what settles a kind of doubt, the better way first. The ways are on lines
// of their own, so that a flag is not broken in the middle.
func settle(h run.HeldRows) string {
	accept := fmt.Sprintf("--accept %s suspends them", h.Doubt)
	if better := doubtTexts[h.Doubt].settle(h.Remedy); better != "" {
		return better + ",\n      or " + accept
	}
	return accept
}

// are and have return a number of rows with the verb.
func are(rows int) string  { return verb(rows, "is", "are") }
func have(rows int) string { return verb(rows, "has", "have") }

func verb(rows int, one, several string) string {
	return count(rows, "row") + " " + agree(rows, one, several)
}

// agree returns the word that goes with one or with several.
func agree(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

// acceptance is a value of --accept: a kind of doubt, and for how many rows it is
// accepted at most.
type acceptance struct {
	kind leaver.Doubt
	most int // plan.AnyNumber: for any number
}

// doubtNames are the names of all kinds of doubt.
func doubtNames() (names []string) {
	for _, kind := range leaver.DoubtKinds() {
		names = append(names, kind.String())
	}
	return names
}

// UnmarshalText reads KIND or KIND=N.
func (a *acceptance) UnmarshalText(text []byte) error {
	name, number, limited := strings.Cut(strings.TrimSpace(string(text)), "=")
	kind, known := leaver.ParseDoubt(name)
	if !known {
		return fmt.Errorf("%q is not a kind of doubt; the kinds are %s%s", name, enumerate(doubtNames()), didYouMean(name, doubtNames()))
	}
	*a = acceptance{kind, plan.AnyNumber}
	if limited {
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 {
			return fmt.Errorf("%q is not a number of rows, as in %s=10", number, name)
		}
		a.most = n
	}
	return nil
}

// String writes the value as UnmarshalText reads it.
func (a acceptance) String() string {
	if a.most == plan.AnyNumber {
		return a.kind.String()
	}
	return fmt.Sprintf("%s=%d", a.kind, a.most)
}

// accepted returns the values of --accept by kind. It fails if a kind is named twice.
func accepted(all []acceptance) (map[leaver.Doubt]int, error) {
	kinds := map[leaver.Doubt]int{}
	for _, a := range all {
		if _, twice := kinds[a.kind]; twice {
			return nil, fmt.Errorf("--accept has the kind %s twice; name it once", a.kind)
		}
		kinds[a.kind] = a.most
	}
	return kinds, nil
}
