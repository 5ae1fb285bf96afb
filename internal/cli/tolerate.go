package cli

import (
	"fmt"
	"slices"
	"strings"

	"offboard/internal/leaver"
)

// tolerated is a value of --tolerate: an outcome that does not make the exit code 3, or
// toleratedKnown.
type tolerated string

// toleratedKnown tolerates every outcome that the report had for the leaver before.
const toleratedKnown tolerated = "known"

// canBeTolerated lists the values of --tolerate. Pending is none of them: such a row is
// not done, and only another run can tell what becomes of it.
func canBeTolerated() []tolerated {
	var all []tolerated
	for _, o := range leaver.Outcomes() {
		if !o.Fine() && o != leaver.Pending {
			all = append(all, tolerated(o))
		}
	}
	return append(all, toleratedKnown)
}

// UnmarshalText reads a value.
func (t *tolerated) UnmarshalText(text []byte) error {
	value := tolerated(strings.TrimSpace(string(text)))
	if all := canBeTolerated(); !slices.Contains(all, value) {
		return fmt.Errorf("%q is not an outcome that can be tolerated; these are %s%s", value, strings.ReplaceAll(joined(all), ",", ", "), didYouMean(string(value), all))
	}
	*t = value
	return nil
}

// tolerance has the values of --tolerate.
type tolerance []tolerated

// of returns how many rows are not fine but tolerated, and how many are neither. known
// are those of the rows whose outcome the report had before.
func (t tolerance) of(rows, known leaver.Tally) (tolerable, bad int) {
	for o, n := range rows {
		if o.Fine() {
			continue
		}
		var accepted int
		switch {
		case slices.Contains(t, tolerated(o)):
			accepted = n
		case slices.Contains(t, toleratedKnown) && o != leaver.Pending:
			accepted = known[o]
		}
		tolerable, bad = tolerable+accepted, bad+n-accepted
	}
	return tolerable, bad
}

// line says how many rows are tolerated; "" if none are.
func (t tolerance) line(rows int) string {
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf("%s not fine but tolerated (--tolerate %s).\n", are(rows), joined(t))
}

// joined returns values as they are typed in one flag.
func joined(all []tolerated) string {
	texts := make([]string, len(all))
	for i, t := range all {
		texts[i] = string(t)
	}
	return strings.Join(texts, ",")
}
