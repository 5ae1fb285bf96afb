package dates

import (
	"errors"
	"math/bits"
	"strings"
	"time"

	"offboard/internal/leaver"
)

// proposals are the formats that a Proposal looks for. Of those that read alike
// (DD/MM/YYYY, D/M/YYYY) the strictest comes first. YYYY-DD-MM is none of them: no
// system is known to write it, and it would read half of the days of YYYY-MM-DD.
var proposals = parseAll(
	"DD/MM/YYYY", "MM/DD/YYYY", "D/M/YYYY", "M/D/YYYY", "DD/MM/YY", "MM/DD/YY", "D/M/YY", "M/D/YY", "YYYY/MM/DD", "YYYY/M/D", "YY/MM/DD",
	"DD.MM.YYYY", "MM.DD.YYYY", "D.M.YYYY", "M.D.YYYY", "DD.MM.YY", "MM.DD.YY", "D.M.YY", "M.D.YY", "YYYY.MM.DD", "YY.MM.DD", "YYYY. MM. DD.", "YYYY. M. D.", "DD. MM. YYYY", "D. M. YYYY",
	"DD-MM-YYYY", "MM-DD-YYYY", "D-M-YYYY", "M-D-YYYY", "DD-MM-YY", "MM-DD-YY", "D-M-YY", "M-D-YY", "YYYY-MM-DD", "YYYY-M-D", "YY-MM-DD",
	"DD MM YYYY", "D M YYYY", "YYYY MM DD",
	"DD-MMM-YYYY", "D-MMM-YYYY", "DD-MMM-YY", "D-MMM-YY", "DD/MMM/YYYY", "DD MMM YYYY", "D MMM YYYY", "D MMM YY", "D MMMM YYYY", "D. MMM YYYY", "D. MMMM YYYY",
	"MMM D, YYYY", "MMMM D, YYYY", "MMM D YYYY", "MMMM D YYYY",
	"YYYYMMDD", "DDMMYYYY", "MMDDYYYY", "YYMMDD", "DDMMYY", "MMDDYY", "excel", "unix", "unix-ms",
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

// every is the set of all proposals, and shortYears that of those with a year of two
// digits.
var (
	every      = set(1)<<len(proposals) - 1
	shortYears = those(Format.hasShortYear)
)

// those returns the set of the proposals of some kind.
func those(is func(Format) bool) (of set) {
	for i, f := range proposals {
		if is(f) {
			of |= 1 << i
		}
	}
	return of
}

// readings are the formats of a set that read a text.
type readings struct {
	fits  set // as an end date
	none  set // as what stands for no date, or as a day too far ahead
	early set // those of fits that read a day before plausibleFrom
}

// plausibleFrom is the year from which on nearly all end dates are. Numbers that count
// something else are often days before it.
const plausibleFrom = 1990

// readings returns how the formats of a set read a text. With the zero now no end date
// is too far ahead.
func (of set) readings(text string, zone *time.Location, now time.Time) (r readings) {
	if !hasDigit(text) {
		return r
	}
	c := newCandidate(text)
	for i, f := range proposals {
		if of&(1<<i) == 0 || f.number != notNumber && text[0] == '0' && len(text) > 1 {
			continue
		}
		d, ok, isNone := f.read(c, zone)
		switch {
		case isNone || ok && !now.IsZero() && d.FarAhead(now):
			r.none |= 1 << i
		case ok:
			r.fits |= 1 << i
			if d.Time().Year() < plausibleFrom {
				r.early |= 1 << i
			}
		}
	}
	return r
}

// hasDigit is false for most texts that are no date.
func hasDigit(text string) bool {
	for i := range len(text) {
		if isDigit(text[i]) {
			return true
		}
	}
	return false
}

// compact is the format of numbers that look like dates.
var compact = parseAll("YYYYMMDD")[0]

// Looks tells whether a text looks like an end date, or like a day that stands for no
// date (1970-01-01, 31.12.9999): YYYY-MM-DD, RFC 3339, or one of the formats that a
// Proposal looks for. Of numbers only YYYYMMDD before the year 2100 does, also with
// the time behind it, as others can be anything.
func Looks(text string, zone *time.Location) bool {
	if strings.Trim(text, "0123456789") == "" {
		d, ok, _ := compact.read(newCandidate(text), zone)
		return ok && d.Text < "2100"
	}
	if !hasDigit(text) {
		return false
	}
	if _, err := leaver.ParseEndDate(text, zone); err == nil {
		return true
	}
	c := newCandidate(text)
	for _, f := range proposals {
		if f.number != notNumber && text[0] != '/' { // /Date(1719705600000)/ is no plain number
			continue
		}
		if _, ok, none := f.read(c, zone); ok || none {
			return true
		}
	}
	return false
}

// Proposal collects the texts of end dates in an unknown format, and finds the
// formats that read all of them. Texts that are no dates (31/06/2024, "to be agreed")
// do not count, and neither do those that stand for no date or lie too far ahead (N/A,
// 01/01/1970, 31/12/9999). No format is found for dates of several forms, nor one that
// makes of many texts days before 1990: 24182 is no serial number. Where the order of
// day and year cannot be told, because the year has two digits (24.06.25), all orders
// are found. It is for one goroutine at a time.
type Proposal struct {
	zone *time.Location
	now  time.Time

	fits    set // formats that read all dates
	orders  set // those with a year of two digits that do, too far ahead or not
	numbers set // formats that read all texts of digits, be it as no date
	early   [64]int
	counts  [3]int // of the texts that were added, by kind
	usual   int    // added by AddUsual
	example string // a text of the kind none

	// seen has what is known of texts: lists have few different dates, and a text
	// changes nothing but counts when it is added again.
	seen map[string]seenText
}

// seenText is what is known of a text.
type seenText struct {
	kind  kind
	early set // the formats that read it as a day before plausibleFrom
}

// kind is what a text says about the format of a list.
type kind byte

const (
	dated kind = iota // a format reads it as an end date
	odd               // no format reads it
	none              // it stands for no date, or lies too far ahead
)

// maxSeen is how many texts a Proposal remembers.
const maxSeen = 1024

// NewProposal returns a Proposal without texts. A date without a zone is read in
// zone. A format does not fit a text that it would read as an end date FarAhead of
// now; with the zero time it may.
func NewProposal(zone *time.Location, now time.Time) *Proposal {
	return &Proposal{zone: zone, now: now, fits: every, orders: shortYears, numbers: every, seen: make(map[string]seenText, maxSeen)}
}

// Add takes the text of an end date that is not in the usual form.
func (p *Proposal) Add(text string) {
	k, known := p.seen[text]
	if !known {
		k = p.add(text)
		if len(p.seen) == maxSeen {
			clear(p.seen)
		}
		p.seen[strings.Clone(text)] = k // the text may be a part of a large record
	}
	p.counts[k.kind]++
	for early := uint64(k.early); early != 0; early &= early - 1 {
		p.early[bits.TrailingZeros64(early)]++
	}
	if k.kind == none && p.example == "" {
		p.example = strings.Clone(text)
	}
}

// add takes a text that is not known.
func (p *Proposal) add(text string) seenText {
	r := (p.fits | p.orders).readings(text, p.zone, p.now)
	fits := p.fits & r.fits
	if fits == 0 {
		r = every.readings(text, p.zone, p.now)
	}
	isNone := r.none != 0 || r.fits == 0 && standsForNone(text, p.zone)
	if strings.Trim(text, "0123456789") == "" && (r.fits|r.none != 0 || !isNone) {
		p.numbers &= r.fits | r.none
	}
	switch {
	case r.fits != 0:
		p.fits, p.orders = fits, p.orders&(r.fits|r.none)
		return seenText{dated, r.early}
	case isNone:
		return seenText{none, 0}
	}
	if isDay(text) {
		p.fits, p.orders = 0, 0 // none of the formats reads it
	}
	return seenText{odd, 0}
}

func standsForNone(text string, zone *time.Location) bool {
	_, err := leaver.ParseEndDate(text, zone)
	return errors.Is(err, leaver.ErrNoDate)
}

// AddUsual counts an end date that is YYYY-MM-DD or RFC 3339.
func (p *Proposal) AddUsual() { p.usual++ }

// alike turns letters into those of the formats that read the same texts, as far as
// they have fitted until now: DD/MM/YYYY is D/M/YYYY, and MMMM is MMM.
var alike = strings.NewReplacer("DD", "D", "MMMM", "MMM", "MMM", "MMM", "MM", "M")

// Advice returns what the texts so far allow to propose.
func (p *Proposal) Advice() Advice {
	a := Advice{Odd: p.counts[odd] + p.counts[none], Usual: p.usual, None: p.counts[none], NoneExample: p.example}
	a.Texts = p.counts[dated] + a.Odd
	if p.counts[dated] == 0 {
		return a
	}
	found := p.plausible()
	known := map[string]bool{}
	for i, f := range proposals {
		if found&(1<<i) == 0 {
			continue
		}
		if reading := alike.Replace(f.letters); !known[reading] {
			known[reading] = true
			a.Formats = append(a.Formats, f.letters)
			a.readsUsual = a.readsUsual || f.readsUsual()
		}
	}
	return a
}

// plausible returns the formats that are worth a proposal: those that read all dates and
// all numbers, and hardly any date as a day before 1990; and other orders of a year of
// two digits. A year of four digits between separators is what it seems to be, whichever.
func (p *Proposal) plausible() (found set) {
	found = p.fits & p.numbers
	for i, f := range proposals {
		isPlain := f.number == notNumber && !f.hasShortYear() && len(f.pattern) > len(compactPattern)
		if !isPlain && 20*p.early[i] > p.counts[dated] {
			found &^= 1 << i
		}
	}
	if found&shortYears != 0 {
		found |= p.orders & p.numbers
	}
	return found
}

// Advice is what a Proposal found out about the end dates of a list.
type Advice struct {
	// Formats are the letters of the formats that read all the texts, except the
	// odd ones. Of formats that read alike it has the strictest. It is
	// empty if there is no such format.
	Formats []string
	Texts   int // end dates in another form than the usual one
	Odd     int // those of them that no proposed format reads as an end date
	Usual   int // end dates that are YYYY-MM-DD or RFC 3339

	// None is how many of the odd texts stand for no date (N/A, 01/01/1970), or are
	// days too far ahead to be end dates (31/12/9999). NoneExample is the first of
	// them.
	None        int
	NoneExample string

	readsUsual bool // one of the formats does
}

// Format returns the letters of the one format that reads the list; "" if there is
// none, or more than one, or if the list is Mixed.
func (a Advice) Format() string {
	if len(a.Formats) != 1 || a.Mixed() {
		return ""
	}
	return a.Formats[0]
}

// Mixed tells whether the list has end dates that are YYYY-MM-DD or RFC 3339, and
// others whose formats do not read these: no format reads the whole list.
func (a Advice) Mixed() bool {
	return len(a.Formats) > 0 && a.Usual > 0 && !a.readsUsual
}
