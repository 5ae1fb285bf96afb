package leaver

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DateFormat is how the end dates of an input are written. The zero value is
// YYYY-MM-DD or RFC 3339, as in ParseEndDate.
type DateFormat struct {
	// Letters are the format as a person gave it, such as DD/MM/YYYY.
	Letters string

	layout string // of package time
	serial bool   // days since the end of 1899, as spreadsheets count them
}

// excel is the DateFormat of serial numbers.
const excel = "excel"

// token is a part of a format, and what package time calls it.
type token struct{ letters, layout string }

// tokens are all of them, the longest first.
var tokens = []token{
	{"YYYY", "2006"}, {"YY", "06"},
	{"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"}, {"M", "1"},
	{"DD", "02"}, {"D", "2"},
}

// blurs tells whether it cannot be seen in a text where a token ends and the next
// one begins: both have digits, and one of them has one or two.
func (t token) blurs(next token) bool {
	digit := func(t token) bool { return t.layout != "" && t.layout[0] <= '9' }
	return digit(t) && digit(next) && (len(t.letters) == 1 || len(next.letters) == 1)
}

// ParseDateFormat reads the letters of a format: YYYY or YY, MMMM (June), MMM
// (Jun), MM or M, DD or D, each once, and what stands between them; or the word
// excel. MM and DD have two digits, M and D one or two.
func ParseDateFormat(letters string) (DateFormat, error) {
	f := DateFormat{Letters: letters}
	if letters == "" {
		return f, nil
	}
	if strings.EqualFold(letters, excel) {
		f.serial = true
		return f, nil
	}
	if len(letters) > longest {
		return DateFormat{}, formatError(cut(letters, longest))
	}
	counts := map[byte]int{}
	var before token // that ends where the rest begins
	for rest := letters; rest != ""; {
		i := slices.IndexFunc(tokens, func(t token) bool { return strings.HasPrefix(strings.ToUpper(rest), t.letters) })
		switch char := rest[0]; {
		case i >= 0 && before.blurs(tokens[i]):
			return DateFormat{}, fmt.Errorf("%q is not a date format: D and M stand for one digit or two, and other digits follow; write DD and MM, or what stands between them", letters)
		case i >= 0:
			before = tokens[i]
			f.layout += before.layout
			counts[before.letters[0]]++
			rest = rest[len(before.letters):]
		case char >= '0' && char <= '9', char >= 'a' && char <= 'z', char >= 'A' && char <= 'Z', char == '_':
			return DateFormat{}, formatError(letters)
		default:
			f.layout, rest, before = f.layout+rest[:1], rest[1:], token{}
		}
	}
	if counts['Y'] != 1 || counts['M'] != 1 || counts['D'] != 1 {
		return DateFormat{}, formatError(letters)
	}
	return f, nil
}

func formatError(letters string) error {
	return fmt.Errorf("%q is not a date format: it needs a year (YYYY or YY), a month (MM, M, MMM or MMMM) and a day (DD or D), such as DD/MM/YYYY; or it is excel", letters)
}

// ParseEndDate reads an end date in the format. A time of day and a zone may
// follow the day (30/06/2024 17:00, 30/06/2024 17:00:30 +02:00); then it is a
// moment, in zone where it names none. After an error the EndDate carries a
// text only, which is no end date in any format.
//
// An end date that was read has a text in the form of RFC 3339: so it means the
// same wherever it is read next.
func (f DateFormat) ParseEndDate(text string, zone *time.Location) (EndDate, error) {
	if f.Letters == "" || text == "" {
		return ParseEndDate(text, zone)
	}
	var canonical string
	var err error
	if f.serial {
		canonical, err = f.readSerial(text, zone)
	} else {
		canonical, err = f.read(text, zone)
	}
	var d EndDate
	if err == nil {
		d, err = ParseEndDate(canonical, zone)
	}
	if err == nil {
		return d, nil
	}
	if _, other := ParseEndDate(text, zone); other == nil {
		text = strconv.Quote(text) // it would be read in a report as what it is not here
	}
	return EndDate{Text: text}, err
}

// times are what may follow a day.
var times = []string{" 15:04", " 15:04:05", "T15:04", "T15:04:05", " 3:04 PM", " 3:04:05 PM", " 3:04PM", " 3:04:05PM"}

// zones are what may follow a time.
var zones = []string{"", "Z07:00", " Z07:00", " -0700", "-0700"}

func (f DateFormat) read(text string, zone *time.Location) (string, error) {
	if len(text) > longest {
		return "", f.unread(text)
	}
	day, clock := f.split(text)
	at, err := time.Parse(f.layout, day)
	if err != nil {
		return "", f.unread(text)
	}
	if clock == "" {
		return at.Format(dayLayout), nil
	}
	clock = strings.NewReplacer("am", "AM", "pm", "PM").Replace(clock)
	for _, layout := range times {
		for _, offset := range zones {
			c, err := time.Parse(layout+offset, clock)
			if err != nil {
				continue
			}
			year, month, date := at.Date()
			at = time.Date(year, month, date, c.Hour(), c.Minute(), c.Second(), c.Nanosecond(), c.Location())
			switch {
			case offset != "":
				return at.Format(time.RFC3339Nano), nil
			case at.Equal(at.Truncate(24 * time.Hour)):
				// What systems write that know no days: 2024-06-30 00:00:00. Nobody
				// is to be gone a day too early.
				return at.Format(dayLayout), nil
			}
			return moment(at, zone).Format(time.RFC3339Nano), nil
		}
	}
	return "", f.unread(text)
}

// split cuts a text behind its day, which has as many spaces as the format; a T may
// stand in the place of the next one.
func (f DateFormat) split(text string) (day, clock string) {
	colon := strings.IndexByte(text, ':')
	if colon < 0 {
		return text, ""
	}
	spaces := strings.Count(f.layout, " ")
	for i := range colon {
		if text[i] != ' ' {
			continue
		}
		if spaces == 0 {
			return text[:i], text[i:]
		}
		spaces--
	}
	if t := strings.LastIndexByte(text[:colon], 'T'); t >= 0 {
		return text[:t], text[t:]
	}
	return text, ""
}

func (f DateFormat) unread(text string) error {
	return fmt.Errorf("the end date %q is not a day of the calendar in the form %s", cut(text, 40), f.Letters)
}

// String returns the letters.
func (f DateFormat) String() string { return f.Letters }

// Serial tells whether the format is that of serial numbers.
func (f DateFormat) Serial() bool { return f.serial }

// readSerial reads the number of days since 30 December 1899; its fraction is
// the time of day.
func (f DateFormat) readSerial(text string, zone *time.Location) (string, error) {
	serial, err := strconv.ParseFloat(text, 64)
	// Spreadsheets have a 29 February 1900 that never was: before it, no two
	// of them agree.
	if err != nil || math.IsNaN(serial) || serial < 61 || serial > 2958465 || strings.ContainsAny(text, "xXeEpP_+") {
		return "", fmt.Errorf("the end date %q is not the serial number of a day, such as 45473", cut(text, 40))
	}
	// To the second: what is less is noise of the fraction, and must not make a
	// moment of a day.
	const secondsOfDay = 24 * 60 * 60
	seconds := int64(math.Round(serial * secondsOfDay))
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(seconds/secondsOfDay))
	if seconds%secondsOfDay == 0 {
		return at.Format(dayLayout), nil
	}
	return moment(at.Add(time.Duration(seconds%secondsOfDay)*time.Second), zone).Format(time.RFC3339), nil
}

// proposals are the formats that are looked for when dates cannot be read.
var proposals = []string{
	"DD/MM/YYYY", "MM/DD/YYYY", "D/M/YYYY", "M/D/YYYY", "DD/MM/YY", "MM/DD/YY", "D/M/YY", "M/D/YY", "YYYY/MM/DD", "YYYY/M/D", "YY/MM/DD",
	"DD.MM.YYYY", "D.M.YYYY", "DD.MM.YY", "D.M.YY", "YYYY.MM.DD",
	"DD-MM-YYYY", "MM-DD-YYYY", "D-M-YYYY", "M-D-YYYY", "DD-MM-YY", "MM-DD-YY", "D-M-YY", "M-D-YY", "YYYY-M-D", "YY-MM-DD",
	"DD-MMM-YYYY", "D-MMM-YYYY", "DD-MMM-YY", "D-MMM-YY", "DD/MMM/YYYY", "DD MMM YYYY", "D MMM YYYY", "D MMM YY", "D MMMM YYYY", "D. MMMM YYYY",
	"MMM D, YYYY", "MMMM D, YYYY", "MMM D YYYY", "MMMM D YYYY",
	"YYYYMMDD", "DDMMYYYY", "MMDDYYYY", "YYMMDD", "DDMMYY", "MMDDYY", excel,
}

// Proposal collects the texts of a column that could not be read, and knows
// which formats would read them: all of them, or all but those that no format
// reads at all (31/06/2024, "to be agreed"). It never reads a date by guess.
type Proposal struct {
	all, fits  []DateFormat
	zone       *time.Location
	now        time.Time
	texts, odd int // taken, and those among them that no format reads
	usual      int // that are in the usual form
	last       struct {
		text string
		odd  bool
	}
}

// NewProposal returns a proposal that every format still fits. A reading that is
// FarAhead of now does not count, as nobody means it; with the zero time all do.
func NewProposal(zone *time.Location, now time.Time) *Proposal {
	return &Proposal{zone: zone, now: now, all: proposed(), fits: proposed()}
}

// proposed are the formats that are looked for. They are not to be changed.
var proposed = sync.OnceValue(func() []DateFormat {
	var all []DateFormat
	for _, letters := range proposals {
		f, err := ParseDateFormat(letters)
		if err != nil {
			panic(err) // they stand above
		}
		all = append(all, f)
	}
	return all
})

// LooksLikeDate tells whether a text is an end date in the usual form or in one
// of those that are proposed. Of numbers only YYYYMMDD is: others could be anything.
func LooksLikeDate(text string, zone *time.Location) bool {
	if digits(text) {
		at, err := time.Parse("20060102", text)
		return err == nil && at.Year() >= earliest && at.Year() < 2100
	}
	if !dateWords(text) {
		return false
	}
	if _, err := ParseEndDate(text, zone); err == nil {
		return true
	}
	return slices.ContainsFunc(proposed(), func(f DateFormat) bool {
		_, err := f.ParseEndDate(text, zone)
		return err == nil && !f.serial
	})
}

// Add takes a text.
func (p *Proposal) Add(text string) {
	if p.texts++; p.texts == 1 || p.last.text != text {
		p.last.text = strings.Clone(text)
		fits := p.reading(text, p.fits)
		// What no format reads says nothing about the others.
		if p.last.odd = len(fits) == 0 && len(p.reading(text, p.all)) == 0; !p.last.odd {
			p.fits = fits
		}
	}
	if p.last.odd {
		p.odd++
	}
}

// AddUsual takes an end date of the column that is in the usual form: hardly any
// other format would read it.
func (p *Proposal) AddUsual() { p.usual++ }

// reading returns those of the formats that read a text.
func (p *Proposal) reading(text string, of []DateFormat) []DateFormat {
	if !dateWords(text) {
		return nil // without trying them all
	}
	var fits []DateFormat
	for _, f := range of {
		d, err := f.ParseEndDate(text, p.zone)
		if err == nil && (p.now.IsZero() || !d.FarAhead(p.now)) && !(f.serial && text[0] == '0') {
			fits = append(fits, f)
		}
	}
	return fits
}

// words are those that a date can have in a format that is proposed.
var words = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "january", "february", "march", "april",
	"june", "july", "august", "september", "october", "november", "december", "t", "z", "am", "pm"}

// dateWords tells whether a text has a digit, and no words but these.
func dateWords(text string) bool {
	for word := range strings.FieldsFuncSeq(text, notLetter) {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, word) }) {
			return false
		}
	}
	return strings.ContainsAny(text, "0123456789")
}

// Letters are those of the format that is proposed; "" if there is none, or
// more than one.
func (p *Proposal) Letters() string {
	letters := p.letters()
	if len(letters) != 1 || p.usual > 0 && !readsUsual(letters[0]) {
		return ""
	}
	return letters[0]
}

// letters are those of the formats that fit, one for each reading.
func (p *Proposal) letters() []string {
	if p.odd == p.texts {
		return nil
	}
	var letters []string
	seen := map[string]bool{} // by which part comes first, and what stands between
	for _, f := range p.fits {
		// DD/MM/YYYY and D/M/YYYY are one reading: the stricter comes first.
		reading := strings.NewReplacer("DD", "D", "MM", "M").Replace(f.Letters)
		if !seen[reading] {
			seen[reading] = true
			letters = append(letters, f.Letters)
		}
	}
	return letters
}

// String says in a few words which flag would help.
func (p *Proposal) String() string {
	letters := p.letters()
	switch {
	case len(letters) == 0:
		return "say how dates are written with --date-format, such as DD/MM/YYYY"
	case len(letters) > 1:
		return fmt.Sprintf("they could be %s: say which with --date-format", strings.Join(letters, " or "))
	case p.usual > 0 && !readsUsual(letters[0]):
		return fmt.Sprintf("%d would fit --date-format %s, and %d are YYYY-MM-DD: write them alike", p.texts-p.odd, quoteBlank(letters[0]), p.usual)
	case p.odd > 0:
		return fmt.Sprintf("all but %d would fit --date-format %s", p.odd, quoteBlank(letters[0]))
	}
	return fmt.Sprintf("all of them would fit --date-format %s", quoteBlank(letters[0]))
}

// readsUsual tells whether a format reads the usual form, too.
func readsUsual(letters string) bool {
	f, _ := ParseDateFormat(letters)
	_, err := f.ParseEndDate("2024-06-30", time.UTC)
	return err == nil
}

// quoteBlank puts a format that a shell would tear apart in quotes.
func quoteBlank(letters string) string {
	if strings.Contains(letters, " ") {
		return "'" + letters + "'"
	}
	return letters
}
