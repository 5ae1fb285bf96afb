package dates

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// referenceParse is Format.Parse by way of time.Parse: slow, and right by
// definition. It returns the Text of the end date; "!" if the text is none.
func referenceParse(f Format, text string, zone *time.Location) string {
	standard := text
	switch {
	case text == "":
	case f.serial:
		standard = referenceSerial(text, zone)
	case f.letters != "":
		standard = referenceDay(f, text, zone)
	}
	d, err := leaver.ParseEndDate(standard, zone)
	if err != nil {
		return "!"
	}
	return d.Text
}

func referenceDay(f Format, text string, zone *time.Location) string {
	if len(text) > leaver.MaxEndDate {
		return "none"
	}
	layouts := map[rune]string{'Y': "2006", 'y': "06", 'B': "January", 'b': "Jan", 'M': "01", 'm': "1", 'D': "02", 'd': "2"}
	var layout strings.Builder
	for i := range len(f.pattern) {
		if part, ok := layouts[rune(f.pattern[i])]; ok {
			layout.WriteString(part)
		} else {
			layout.WriteByte(f.pattern[i])
		}
	}
	day, clock := f.split(text)
	at, err := time.Parse(layout.String(), day)
	if err != nil {
		return "none"
	}
	if clock == "" {
		return at.Format("2006-01-02")
	}
	clock = strings.NewReplacer("am", "AM", "pm", "PM").Replace(clock)
	for _, clockLayout := range []string{" 15:04", " 15:04:05", "T15:04", "T15:04:05", " 3:04 PM", " 3:04:05 PM", " 3:04PM", " 3:04:05PM"} {
		for _, offset := range []string{"", "Z07:00", " Z07:00", " -0700", "-0700"} {
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
	return "none"
}

func referenceSerial(text string, zone *time.Location) string {
	serial, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(serial) || serial < 61 || serial > 2958465 || strings.ContainsAny(text, "xXeEpP_+") {
		return "none"
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
				want = want || !f.serial && text != "" && referenceParse(f, text, time.UTC) != "!"
			}
			if strings.Trim(text, "0123456789") == "" {
				at, err := time.Parse("20060102", text)
				want = err == nil && at.Year() >= 1950 && at.Year() < 2100
			}
			if got := Looks(text, time.UTC); got != want {
				t.Errorf("%q looks like a date: %t, want %t", text, got, want)
			}
		}
	}
}
