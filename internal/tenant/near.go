package tenant

import (
	"slices"
	"strings"
	"unicode"

	"offboard/internal/leaver"
)

// looks finds refs of the tenant that look nearly like those of leavers, by what a
// spreadsheet or a person changes in a ref: zeros in front of a number, case, white space,
// punctuation around it, full-width characters. They are only named: nobody is suspended by
// such a ref.
type looks map[string][]*lookalike

type lookalike struct {
	ref     string
	account *Account
}

// maxNear is how many refs are named for one leaver.
const maxNear = 3

func (l looks) add(ref string, a *Account) {
	look := lookOf(ref)
	l[look] = append(l[look], &lookalike{ref, a})
}

// note takes the ref of a user of the tenant.
func (l looks) note(ref string) {
	for _, other := range l[lookOf(ref)] {
		a := other.account
		if other.ref != ref && len(a.near) < maxNear && !slices.Contains(a.near, ref) {
			a.near = append(a.near, ref)
		}
	}
}

// lookOf returns what a ref looks like without what is easily lost or added.
func lookOf(ref string) string {
	var b strings.Builder
	inNumber := false
	look := leaver.LookAlike(ref, false)
	for i, r := range look {
		switch {
		case unicode.IsSpace(r):
			continue
		case r == '0' && !inNumber && i+1 < len(look) && isDigit(look[i+1]):
			continue // a zero in front of a number
		}
		inNumber = r < 0x80 && isDigit(byte(r))
		b.WriteRune(r)
	}
	return b.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
