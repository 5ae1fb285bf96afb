package dates

import (
	"strings"
	"time"

	"offboard/internal/leaver"
)

// proposals are the formats that a Proposal looks for. Of those that read alike
// (DD/MM/YYYY, D/M/YYYY) the strictest comes first.
var proposals = parseAll(
	"DD/MM/YYYY", "MM/DD/YYYY", "D/M/YYYY", "M/D/YYYY", "DD/MM/YY", "MM/DD/YY", "D/M/YY", "M/D/YY", "YYYY/MM/DD", "YYYY/M/D", "YY/MM/DD",
	"DD.MM.YYYY", "D.M.YYYY", "DD.MM.YY", "D.M.YY", "YYYY.MM.DD",
	"DD-MM-YYYY", "MM-DD-YYYY", "D-M-YYYY", "M-D-YYYY", "DD-MM-YY", "MM-DD-YY", "D-M-YY", "M-D-YY", "YYYY-M-D", "YY-MM-DD",
	"DD-MMM-YYYY", "D-MMM-YYYY", "DD-MMM-YY", "D-MMM-YY", "DD/MMM/YYYY", "DD MMM YYYY", "D MMM YYYY", "D MMM YY", "D MMMM YYYY", "D. MMMM YYYY",
	"MMM D, YYYY", "MMMM D, YYYY", "MMM D YYYY", "MMMM D YYYY",
	"YYYYMMDD", "DDMMYYYY", "MMDDYYYY", "YYMMDD", "DDMMYY", "MMDDYY", excel,
)

func parseAll(letters ...string) []Format {
	formats := make([]Format, len(letters))
	for i := range letters {
		var err error
		if formats[i], err = ParseFormat(letters[i]); err != nil {
			panic(err) // a mistake in the list above
		}
	}
	return formats
}

// set is a set of proposals: bit i is set if proposals[i] is in it.
type set uint64

// every is the set of all proposals.
var every = set(1)<<len(proposals) - 1

// reading returns those of a set that read a text. With a now that is not zero, an
// end date that is FarAhead does not count.
func (of set) reading(text string, zone *time.Location, now time.Time) set {
	if !hasDigit(text) {
		return 0
	}
	var fits set
	for i, f := range proposals {
		if of&(1<<i) == 0 || f.serial && text[0] == '0' {
			continue
		}
		if d, ok := f.read(text, zone); ok && (now.IsZero() || !d.FarAhead(now)) {
			fits |= 1 << i
		}
	}
	return fits
}

// hasDigit is false for most texts that are no date.
func hasDigit(text string) bool { return strings.ContainsAny(text, "0123456789") }

// compact is the format of numbers that look like dates.
var compact = parseAll("YYYYMMDD")[0]

// Looks tells whether a text looks like an end date: YYYY-MM-DD, RFC 3339, or one of
// the formats that a Proposal looks for. Of numbers only YYYYMMDD before the year
// 2100 does, as others can be anything.
func Looks(text string, zone *time.Location) bool {
	if strings.Trim(text, "0123456789") == "" {
		d, ok := compact.read(text, zone)
		return ok && d.Text < "2100"
	}
	if !hasDigit(text) {
		return false
	}
	if _, err := leaver.ParseEndDate(text, zone); err == nil {
		return true
	}
	for _, f := range proposals {
		if _, ok := f.read(text, zone); ok && !f.serial {
			return true
		}
	}
	return false
}

// Proposal collects the texts of end dates in an unknown format, and finds the
// formats that read all of them, except texts which no format reads (31/06/2024,
// "to be agreed"). It is for one goroutine at a time.
type Proposal struct {
	zone *time.Location
	now  time.Time

	fits  set
	texts int // added
	odd   int // those of them that no proposed format reads
	usual int // added by AddUsual

	// seen tells of texts whether they are odd: lists have few different dates,
	// and a text changes nothing when it is added again.
	seen map[string]bool
}

// maxSeen is how many texts a Proposal remembers.
const maxSeen = 1024

// NewProposal returns a Proposal without texts. A date without a zone is read in
// zone. A format does not fit a text that it would read as an end date FarAhead of
// now; with the zero time it may.
func NewProposal(zone *time.Location, now time.Time) *Proposal {
	return &Proposal{zone: zone, now: now, fits: every, seen: make(map[string]bool, maxSeen)}
}

// Add takes the text of an end date that is not in the usual form.
func (p *Proposal) Add(text string) {
	odd, known := p.seen[text]
	if !known {
		odd = p.add(text)
		if len(p.seen) == maxSeen {
			clear(p.seen)
		}
		p.seen[strings.Clone(text)] = odd // the text may be a part of a large record
	}
	p.texts++
	if odd {
		p.odd++
	}
}

// add takes a text that is not known, and tells whether it is odd. A text that no
// format reads says nothing about the others.
func (p *Proposal) add(text string) (odd bool) {
	fits := p.fits.reading(text, p.zone, p.now)
	if fits == 0 && (every&^p.fits).reading(text, p.zone, p.now) == 0 {
		return true
	}
	p.fits = fits
	return false
}

// AddUsual counts an end date that is YYYY-MM-DD or RFC 3339.
func (p *Proposal) AddUsual() { p.usual++ }

// Advice returns what the texts so far allow to propose.
func (p *Proposal) Advice() Advice {
	a := Advice{Texts: p.texts, Odd: p.odd, Usual: p.usual}
	if p.odd == p.texts {
		return a
	}
	known := map[string]bool{}
	for i, f := range proposals {
		if p.fits&(1<<i) == 0 {
			continue
		}
		// DD/MM/YYYY and D/M/YYYY read alike.
		reading := strings.NewReplacer("DD", "D", "MM", "M").Replace(f.letters)
		if !known[reading] {
			known[reading] = true
			a.Formats = append(a.Formats, f.letters)
		}
	}
	return a
}

// Advice is what a Proposal found out about the end dates of a list.
type Advice struct {
	// Formats are the letters of the formats that read all the texts, except the
	// odd ones. Of formats that read alike it has the strictest. It is empty if
	// there is no such format.
	Formats []string
	Texts   int // end dates in another form than the usual one
	Odd     int // those of them that no proposed format reads
	Usual   int // end dates that are YYYY-MM-DD or RFC 3339
}

// Format returns the letters of the one format that reads the list; "" if there is
// none, or more than one, or if the list is Mixed.
func (a Advice) Format() string {
	if len(a.Formats) != 1 || a.Mixed() {
		return ""
	}
	return a.Formats[0]
}

// Mixed tells whether the list has end dates in one format and others that are
// YYYY-MM-DD, which the format does not read: no format reads the whole list.
func (a Advice) Mixed() bool {
	if len(a.Formats) != 1 || a.Usual == 0 {
		return false
	}
	f, err := ParseFormat(a.Formats[0])
	if err != nil {
		return true
	}
	_, ok := f.read("2024-06-30", time.UTC)
	return !ok
}
