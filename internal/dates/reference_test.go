package dates

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"offboard/internal/leaver"
)

// referenceParse is Format.Parse by way of time.Parse: slow, and right by
// definition. It returns the Text of the end date; "!" if the text is none.
func referenceParse(f Format, text string, zone *time.Location) string {
	d, err := leaver.ParseEndDate(referenceStandard(f, text, zone), zone)
	if err != nil || strings.Contains(f.pattern, "y") && cutNone.MatchString(d.Text) {
		return "!"
	}
	return d.Text
}

// cutNone matches what stands for no date, read with a year of two digits.
var cutNone = regexp.MustCompile(`^(1999-12-3[01]|200[01]-01-01)`)

func referenceStandard(f Format, text string, zone *time.Location) string {
	switch {
	case text == "" || f.IsZero():
		return text
	case f.number == serial:
		return referenceSerial(text, zone)
	case f.number != notNumber:
		return referenceUnix(f, text)
	}
	return referenceDay(f, text, zone)
}

// referenceLayout is the layout of time.Parse for a format.
func referenceLayout(f Format) string {
	layouts := map[rune]string{'Y': "2006", 'y': "06", 'B': "January", 'b': "Jan", 'M': "01", 'm': "1", 'D': "02", 'd': "2"}
	var layout strings.Builder
	for i := range len(f.pattern) {
		if part, ok := layouts[rune(f.pattern[i])]; ok {
			layout.WriteString(part)
		} else {
			layout.WriteByte(f.pattern[i])
		}
	}
	return layout.String()
}

// referenceDay tries every place at which the time can begin.
func referenceDay(f Format, text string, zone *time.Location) string {
	text = leaver.PlainDate(text)
	if len(text) > leaver.MaxEndDate {
		return "?"
	}
	layout := referenceLayout(f)
	for i := len(text); i > 0; i-- {
		if i < len(text) && f.letters != "YYYYMMDD" && (strings.IndexByte(" Tt", text[i]) < 0 || strings.IndexByte(text[i:], ':') < 0) {
			continue
		}
		at, ok := referenceDate(f, layout, text[:i])
		if !ok {
			continue
		}
		if i == len(text) {
			return at.Format("2006-01-02")
		}
		if standard := referenceClock(at, text[i:], f.letters == "YYYYMMDD", zone); standard != "" {
			return standard
		}
	}
	if l := strings.ToUpper(f.letters); l == "YYYY-MM-DD" || l == "YYYY-M-D" || l == "YYYY-MM-D" || l == "YYYY-M-DD" {
		if !zoned.MatchString(text) {
			return "?"
		}
		return text
	}
	return "?"
}

// name is a word, front a word before a day, and ofBefore and ofBehind are "de" beside
// the name of a month. dotNet and decimal are numbers.
var (
	ofBefore = regexp.MustCompile(`^([^a-zA-Z]*) +(de|DE) `)
	ofBehind = regexp.MustCompile(`^ +(de|DE) `)
	zoned    = regexp.MustCompile(`^\d{4}-\d\d-\d\d.`)
	dotNet   = regexp.MustCompile(`^/Date\((-?[0-9]+)([+-][0-9]{4})?\)/$`)
	decimal  = regexp.MustCompile(`^-?[0-9]+([.][0-9]*)?$`)
	name     = regexp.MustCompile(`[A-Za-z\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{ff}\x{300}-\x{36f}]+`)
	front    = regexp.MustCompile(`^(` + name.String() + `(?:-feira)?)([.]?,? *)(.*)$`)
)

// referenceDate reads a day as it is, in English, and without a weekday.
func referenceDate(f Format, layout, text string) (time.Time, bool) {
	if at, err := time.Parse(layout, text); err == nil {
		return at, true
	}
	if strings.ContainsAny(f.pattern, "Bb") {
		if at, err := time.Parse(layout, english(f, text)); err == nil {
			return at, true
		}
	}
	if text[0] < 'A' {
		return time.Time{}, false
	}
	if m := front.FindStringSubmatch(text); m != nil && m[2] != "" {
		weekday, ok := referenceName(weekdays, m[1])
		at, err := time.Parse(layout, english(f, m[3]))
		return at, ok && err == nil && int(at.Weekday()) == weekday
	}
	return time.Time{}, false
}

// english returns a text with the English name of its month.
func english(f Format, text string) string {
	names, isLong := longMonths, strings.Contains(f.pattern, "B")
	if !isLong {
		names = shortMonths
	}
	if i := strings.IndexAny(f.pattern, "Bb"); i > 0 && f.pattern[i-1] == ' ' {
		text = ofBefore.ReplaceAllString(text, "$1 ")
	}
	for _, at := range name.FindAllStringIndex(text, -1) {
		month, ok := referenceName(names, text[at[0]:at[1]])
		if !ok {
			continue
		}
		rest, english := text[at[1]:], time.Month(month+1).String()
		if !isLong {
			english = english[:3]
			if !strings.Contains(f.pattern, "b.") {
				rest = strings.TrimPrefix(rest, ".")
			}
		}
		if strings.Contains(f.pattern, "b ") || strings.Contains(f.pattern, "B ") {
			rest = ofBehind.ReplaceAllString(rest, " ")
		}
		return text[:at[0]] + english + rest
	}
	return text
}

// bare returns a text without accents and in lower case.
func bare(s string) string {
	s, _, _ = transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	return strings.ToLower(s)
}

// referenceNames are the names of the lines with the same first name.
var referenceNames = map[string]map[string]int{}

func init() {
	for _, lines := range [][]string{longMonths, shortMonths, weekdays} {
		all := map[string]int{}
		for _, line := range lines {
			for i, name := range strings.Fields(line) {
				all[bare(name)] = i
			}
		}
		referenceNames[lines[0]] = all
	}
}

// referenceName looks for a name, without accents and in any case.
func referenceName(lines []string, name string) (int, bool) {
	if len(name) > 30 || len(name) < 2 {
		return 0, false
	}
	i, ok := referenceNames[lines[0]][strings.ToLower(name)]
	if !ok && strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf && r != '\u017f' }) {
		i, ok = referenceNames[lines[0]][bare(name)]
	}
	return i, ok
}

// endOfDay is the time 24:00, which time.Parse does not read.
var endOfDay = regexp.MustCompile(`^([ ]*T?)24(:?)00((:?)00([.,]0+)?)?($|[^0-9.,ap])`)

func referenceClock(at time.Time, clock string, compact bool, zone *time.Location) string {
	if clock[0] == 't' {
		clock = "T" + clock[1:]
	}
	clock = strings.NewReplacer("am", "AM", "pm", "PM", "UTC", "Z", "GMT", "Z", "z", "Z").Replace(clock)
	if !strings.ContainsAny(clock, "M") {
		clock = endOfDay.ReplaceAllString(clock, "${1}00${2}00${3}${6}")
	}
	layouts := []string{" 15:04", " 15:04:05", "T15:04", "T15:04:05", " 3:04 PM", " 3:04:05 PM", " 3:04PM", " 3:04:05PM"}
	if compact {
		layouts = append(layouts, "150405", " 150405", "T150405")
	}
	for _, clockLayout := range layouts {
		for _, offset := range []string{"", "Z07:00", " Z07:00", " -0700", "-0700", "-07", " -07"} {
			c, err := time.Parse(clockLayout+offset, clock)
			if err != nil {
				continue
			}
			year, month, date := at.Date()
			at = time.Date(year, month, date, c.Hour(), c.Minute(), c.Second(), c.Nanosecond(), c.Location())
			switch {
			case offset != "":
				return at.Format(time.RFC3339Nano)
			case at.Equal(at.Truncate(24 * time.Hour)):
				return at.Format("2006-01-02")
			}
			return inZone(at, zone).Format(time.RFC3339Nano)
		}
	}
	return ""
}

// referenceUnix adds the number to the first second of 1970.
func referenceUnix(f Format, text string) string {
	if f.number == millis {
		if m := dotNet.FindStringSubmatch(text); m != nil {
			offset := m[2]
			if offset == "" || offset[1:3] <= "24" && offset[3:] <= "60" {
				text = m[1]
			}
		}
	}
	if !decimal.MatchString(text) {
		return "?"
	}
	x, _ := new(big.Float).SetPrec(200).SetString(strings.TrimSuffix(text, "."))
	if f.number == millis {
		x.Quo(x, big.NewFloat(1000))
	}
	value, _ := x.Float64()
	if value >= 86400 && value < 1e8 || value <= -62135596801 || value >= 253402300800 {
		return "?"
	}
	whole, _ := x.Mul(x, big.NewFloat(1000)).Int64()
	return time.UnixMilli(whole).UTC().Format(time.RFC3339Nano)
}

func referenceSerial(text string, zone *time.Location) string {
	serial, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(serial) || serial < 61 || serial > 2958465 || strings.ContainsAny(text, "xXeEpP_+") {
		return "?"
	}
	seconds := int64(math.Round(serial * 86400))
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(seconds/86400))
	if seconds%86400 == 0 {
		return at.Format("2006-01-02")
	}
	return inZone(at.Add(time.Duration(seconds%86400)*time.Second), zone).Format(time.RFC3339)
}

// testFormats are the letters of many formats, some of them odd.
func testFormats() []string {
	all := []string{"", "DD MM YY", "yyyy/mm/dd", "DD  MM  YYYY", "YYYY年MM月DD日", "D.M.YYYY ", " DD/MM/YY", "DD:MM:YYYY", "YY-M-D.", "MMMDDYYYY", "DMMMMYYYY", "YYMMMDD", "DD.,MM.YYYY"}
	for _, f := range proposals {
		all = append(all, f.letters)
	}
	return all
}

// days and clocks are parts of texts: good ones, and ones with one fault.
var (
	days = []string{"", "1", "30/06/2024", "06/30/2024", "1/2/2024", "01/02/24", "1/2/24", "31/06/2024", "29/02/2023", "29/02/2024", "00/01/2024", "13/2024", "12/2024", "2024-13-07", "2024-06-30", "2024-6-3",
		"24-06-30", "30-06--5", "30/06/+5", "+5/06/30", "-0/06/30", "+-/06/30", "30.06.2024", "30.6.24", "30.06.2024.", "30.06.1949", "01.01.0001", "31/12/9999", "30-Jun-2024", "30-jUN-24", "30-June-2024", "3 June 2024", "3 Jun 2024", "3  Jun   2024",
		"3. June 2024", "Jun 3, 2024", "June 3, 2024", "June  3,2024", "May 3 2024", "Sept 3 2024", "\u017fep 3 2024", "20240630", "30062024", "240630", "300624", "2024063", "202406301", "2024/06/30", "2024年06月30日", "30 06 24", "30 06 2024", "30  06   2024",
		"45473", "45473.5", "45473.708333333336", "45473.000000000000000000000000000000000000001", "045473", "60", "61", "2958465", "2958466", "1e5", "0x1F", "NaN", "Inf", "+45473", "-45473", "4_5", ".", "1.2.3", "18263", "18264",
		"soon", "\xff", "30/06/2024x", " 30/06/2024", "３０/06/2024", "30:06:2024", "30Jun2024", "June302024", "6 30 24", "30/06/20245"}
	clocks = []string{"", " ", "T", " 17:00", "  17:00", "T17:00", " T17:00", " 7:00", " 24:00", " 17:60", " 17:5", " 00:00", " 00:00:00", " 17:00:30", " 17:00:60", " 17:00:30.5", " 17:00:30,123456789123", " 17:00:30.", " 17:00.5", " 00:00:00.000", " 00:00:00.0000000001",
		" 5:30 PM", " 5:30 pm", " 5:30PM", " 5:30 Pm", " 5:30   AM", " 12:00 AM", " 12:30:10PM", " 13:30 PM", " 0:30 AM", "T5:30 PM", " 5:30:10.25 PM", " 5:30 P", " 5:30 PMx",
		"Z", " 17:00Z", " 17:00 Z", " 17:00z", " 17:00 +02:00", " 17:00+02:00", " 17:00 +0200", " 17:00-0730", " 17:00 -24:60", " 17:00 +24:00", " 17:00:30.000000000000000000000000000000", "                     17:00", " 17:00 +25:00", " 17:00 +2:00", " 17:00 +02", " 17:00 02:00", " 17:00:30.5 -07:00", " 00:00 +02:00", " 00:00Z", " 5:30 PM +02:00", " 5:30PMZ", " 17:00 +02:00x", " 17:00 UTC", "T17:00:00Z", " 17:00 Uhr", ":", "T:", " 17:", " :30", " 17:00:"}
)

// TestReadingIsTimeParse reads texts with formats, with and without time.Parse.
func TestReadingIsTimeParse(t *testing.T) {
	zones := []*time.Location{time.UTC, location(t, "America/New_York")}
	read := 0
	for _, letters := range testFormats() {
		f, err := ParseFormat(letters)
		if err != nil {
			t.Fatal(err)
		}
		for _, day := range days {
			for i, clock := range clocks {
				if checkReading(t, f, day+clock, zones[i%len(zones)]) {
					read++
				}
			}
		}
	}
	if read < 1000 {
		t.Errorf("only %d texts are end dates", read)
	}
}

// TestReadingOfChangedTextsIsTimeParse changes a few bytes of texts at random.
func TestReadingOfChangedTextsIsTimeParse(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	letters := testFormats()
	const bytes = "0123456789/-. :,+TZJunePMam"
	for range 100_000 {
		f, _ := ParseFormat(letters[random.IntN(len(letters))])
		text := []byte(days[random.IntN(len(days))] + clocks[random.IntN(len(clocks))])
		for range 1 + random.IntN(3) {
			i := random.IntN(len(text) + 1)
			char := bytes[random.IntN(len(bytes))]
			switch random.IntN(3) {
			case 0:
				text = slices.Insert(text, i, char)
			case 1:
				text = slices.Delete(text, i, min(i+1, len(text)))
			default:
				if i < len(text) {
					text[i] = char
				}
			}
		}
		checkReading(t, f, string(text), time.UTC)
	}
}

// checkReading compares a reading with its reference, and tells whether the text is
// an end date.
func checkReading(t *testing.T, f Format, text string, zone *time.Location) bool {
	t.Helper()
	got := "!"
	if d, err := f.Parse(text, zone); err == nil {
		got = d.Text
	}
	if want := referenceParse(f, text, zone); got != want {
		t.Errorf("%q in the form %q is %q, want %q", text, f, got, want)
	}
	return got != "!"
}

func FuzzReadingIsTimeParse(f *testing.F) {
	for i, letters := range testFormats() {
		f.Add(letters, days[i%len(days)]+clocks[i%len(clocks)])
		f.Add(letters, days[i*7%len(days)])
	}
	f.Fuzz(func(t *testing.T, letters, text string) {
		if format, err := ParseFormat(letters); err == nil {
			checkReading(t, format, text, time.UTC)
		}
	})
}

// TestOffsetsDoNotDependOnTheZoneOfTheMachine reads a text with the offset of a
// machine's winter: its summer has another one.
func TestOffsetsDoNotDependOnTheZoneOfTheMachine(t *testing.T) {
	old := time.Local
	defer func() { time.Local = old }()
	time.Local = location(t, "EST5EDT")
	f, _ := ParseFormat("DD/MM/YYYY")
	d, err := f.Parse("30/06/2024 17:00 -05:00", time.UTC)
	if want := "2024-06-30T17:00:00-05:00"; err != nil || d.Text != want {
		t.Errorf("got %q, %v, want %q", d.Text, err, want)
	}
}

// TestLooksIsThatOfEveryFormat tries every format in turn.
func TestLooksIsThatOfEveryFormat(t *testing.T) {
	for _, day := range days {
		for _, clock := range clocks {
			text := day + clock
			_, err := leaver.ParseEndDate(text, time.UTC)
			want := err == nil
			for _, f := range proposals {
				if !want && f.number == notNumber && hasDigit(text) {
					_, err := leaver.ParseEndDate(referenceStandard(f, text, time.UTC), time.UTC)
					want = want || err == nil || errors.Is(err, leaver.ErrNoDate)
				}
			}
			if strings.Trim(text, "0123456789") == "" {
				layout := "20060102"
				if len(text) > len(layout) {
					layout = "20060102150405"
				}
				at, err := time.Parse(layout, text)
				want = err == nil && at.Year() >= 1950 && at.Year() < 2100
			}
			if got := Looks(text, time.UTC); got != want {
				t.Errorf("%q looks like a date: %t, want %t", text, got, want)
			}
		}
	}
}
