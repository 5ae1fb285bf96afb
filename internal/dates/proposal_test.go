package dates

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// summer is when the proposals of these tests are made.
var summer = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

// spell writes an Advice in a few words.
func spell(a Advice) string {
	switch {
	case len(a.Formats) == 0:
		return "none"
	case len(a.Formats) > 1:
		return strings.Join(a.Formats, " or ")
	case a.Mixed():
		return fmt.Sprintf("%s for %d, mixed with %d", a.Formats[0], a.Texts-a.Odd, a.Usual)
	case a.Odd > 0:
		return fmt.Sprintf("%s for all but %d", a.Formats[0], a.Odd)
	}
	return a.Formats[0]
}

func propose(texts ...string) Advice {
	p := NewProposal(time.UTC, summer)
	for _, text := range texts {
		if _, err := leaver.ParseEndDate(text, time.UTC); err == nil {
			p.AddUsual()
		} else {
			p.Add(text)
		}
	}
	return p.Advice()
}

func TestOnlyAFormatThatReadsEveryDateIsProposed(t *testing.T) {
	tests := []struct{ texts, want string }{
		{"30/06/2024 01/02/2024", "DD/MM/YYYY"},
		{"06/30/2024 01/02/2024", "MM/DD/YYYY"},
		{"01/02/2024 03/04/2024", "DD/MM/YYYY or MM/DD/YYYY"},
		{"1/2/2024 30/6/2024", "D/M/YYYY"},
		{"30/06/2024 06/30/2024", "none"},
		{"30.06.2024 1.1.2024", "D.M.YYYY"},
		{"30-Jun-2024", "DD-MMM-YYYY"},
		{"20240630 20240701", "YYYYMMDD"},
		{"45473 45474.5", "excel"},
		{"30/06/2024 31/06/2024 31/06/2024 soon 01/02/2024", "DD/MM/YYYY for all but 3"},
		{"soon 01/02/2024", "DD/MM/YYYY or MM/DD/YYYY"},
		{"30/06/2024 06/30/2024 soon", "none"},
		{"26/12/05 26/12/20 26/11/28", "DD/MM/YY or YY/MM/DD"}, // 2028 is too far ahead, and so may be the end of a contract
		{"26/12/05 26/12/20", "DD/MM/YY or YY/MM/DD"},
		{"30/12/24 01/02/24", "DD/MM/YY or YY/MM/DD"},
		{"30/12/32 01/02/24", "DD/MM/YY or MM/DD/YY or YY/MM/DD"}, // the one that is too far ahead does not count
		{"12/30/24 01/02/24", "MM/DD/YY"},
		{"1/2/24 30/6/24", "D/M/YY"},
		{"30.06.24 01.07.98", "DD.MM.YY"},
		{"24-06-30 24-07-31", "DD-MM-YY or YY-MM-DD"},
		{"24.06.25", "DD.MM.YY or YY.MM.DD"},
		{"24.06.30 26.12.11", "DD.MM.YY or YY.MM.DD"},
		{"26.12.11 24.06.30", "DD.MM.YY or YY.MM.DD"},
		{"06.30.24 12.11.26", "MM.DD.YY"},
		{"06.30.2024 12.11.2026", "MM.DD.YYYY"},
		{"30.06.24 06.30.24", "none"},
		{"24182 27001", "none"}, // of 1966 and 1973 as serial numbers, and days of a year in truth
		{"124182 123001 127001", "none"},
		{"1062024", "none"},
		{"30062024 1062024", "none"},
		{"1062024 30062024", "none"},
		{"30062024 31122999 00000000", "DDMMYYYY for all but 2"},
		{"30/06/24 31/12/99", "DD/MM/YY or YY/MM/DD"},
		{"12/30/24 12/31/99 01/01/00", "MM/DD/YY for all but 2"},
		{"30/06/2024 2024.06.07 2024_06_30", "none"},
		{"30/06/2024 2024_06_30", "none"}, // a date, and none of the formats reads it
		{"2024_06_30 30/06/2024", "none"},
		{"30/06/1985 01/02/1986", "DD/MM/YYYY"}, // as plain as other years
		{"30061985 01021986", "none"},
		{"500000000 500086400", "none"}, // of 1985
		{"1719705600 1719792000", "unix"},
		{"020726 021226 030926", "YYMMDD or DDMMYY or MMDDYY"},
		{"261231 270331", "YYMMDD or DDMMYY"},
		{"30062024 01072024", "DDMMYYYY"},
		{"30/06/2024 31/12/9999", "DD/MM/YYYY for all but 1"},
		{"30/Jun/2024", "DD/MMM/YYYY"},
		{"30/06/2024 2024-06-30 01/02/2024", "DD/MM/YYYY for 2, mixed with 1"},
		{"2024-06-30 2024-6-1", "YYYY-M-D"},
		{"soon later", "none"},
		{"soon", "none"},
		{"", "none"},
		{"2024-06-30", "none"},
		{"01/01/1900 30/06/2024", "DD/MM/YYYY for all but 1"},
	}
	for _, tt := range tests {
		a := propose(strings.Fields(tt.texts)...)
		if got := spell(a); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.texts, got, tt.want)
		}
		one := !strings.Contains(tt.want, " or ") && !strings.Contains(tt.want, "mixed") && tt.want != "none"
		if format := a.Format(); (format != "") != one || !strings.HasPrefix(tt.want, format) {
			t.Errorf("%s: %q is proposed", tt.texts, format)
		}
	}
}

func TestWithoutANowEveryDateCounts(t *testing.T) {
	p := NewProposal(time.UTC, time.Time{})
	p.Add("31 December 9998")
	if a := p.Advice(); a.Format() != "D MMMM YYYY" {
		t.Errorf("got %+v", a)
	}
}

func TestATextIsCountedEachTime(t *testing.T) {
	var texts []string
	for range 3 {
		for i := range 2 * maxSeen { // more than are remembered
			texts = append(texts, fmt.Sprintf("13/%04d", 2000+i))
		}
		texts = append(texts, "30/06/2024", "06/30/2024")
	}
	got := propose(texts[:len(texts)-1]...)
	want := Advice{Texts: len(texts) - 1, Odd: 6 * maxSeen}
	if got.Texts != want.Texts || got.Odd != want.Odd || len(got.Formats) != 0 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got = propose("30/06/2024", "13/2024", "30/06/2024", "13/2024", "13/2024")
	if got.Texts != 5 || got.Odd != 3 || got.Format() != "DD/MM/YYYY" {
		t.Errorf("got %+v", got)
	}
}

// TestAnAdviceIsThatOfEveryText adds texts at random, and compares the formats with
// those that read every text which is not odd.
func TestAnAdviceIsThatOfEveryText(t *testing.T) {
	for i := range days {
		for step := 1; step < 20; step++ {
			texts := []string{days[i], days[(i+step)%len(days)], days[(i+2*step)%len(days)], days[i]}
			p := NewProposal(time.UTC, summer)
			want, odd := every, 0
			for _, text := range texts {
				p.Add(text)
				fits := set(0)
				for i, f := range proposals {
					d, err := leaver.ParseEndDate(referenceParse(f, text, time.UTC), time.UTC)
					if err == nil && !d.Time().IsZero() && !d.FarAhead(summer) && !(f.number != notNumber && text[0] == '0') {
						fits |= 1 << i
					}
				}
				switch {
				case fits == 0 && isDay(text):
					want = 0
					odd++
				case fits == 0:
					odd++
				default:
					want &= fits
				}
			}
			if p.fits != want || p.Advice().Odd != odd {
				t.Errorf("%q: got the set %b and %d odd texts, want %b and %d", texts, p.fits, p.Advice().Odd, want, odd)
			}
		}
	}
}

func TestTheProposalsFitIntoASet(t *testing.T) {
	if len(proposals) > 64 {
		t.Errorf("%d proposals do not fit into 64 bits", len(proposals))
	}
}

func TestReadingAllocatesNothingForATextInNoFormat(t *testing.T) {
	for _, text := range []string{"12/2024", "2024-13-07", "2024-13-07 17:00:00", "13.13.2024 17:00", "soon", "Room 42", "Jun 31, 2024", "1.2.3.4"} {
		if n := testing.AllocsPerRun(100, func() {
			if r := every.readings(text, time.UTC, summer); r != (readings{}) || Looks(text, time.UTC) {
				t.Errorf("%q is read", text)
			}
		}); n > 3 { // of leaver.ParseEndDate and strconv.ParseFloat
			t.Errorf("%q takes %v allocations", text, n)
		}
	}
}

// The benchmarks add a list of texts that no format reads. Their metric is the time
// for a text.
func BenchmarkAdd(b *testing.B) {
	months := make([]string, 360) // of thirty years
	for i := range months {
		months[i] = fmt.Sprintf("%02d/%d", i%12+1, 1995+i/12)
	}
	distinct := make([]string, 200_000)
	for i := range distinct {
		distinct[i] = fmt.Sprintf("2024-13-%02d %02d:%02d:%02d", i%28+1, i/3600%24, i/60%60, i%60)
	}
	german := make([]string, 200_000)
	for i := range german {
		german[i] = fmt.Sprintf("%02d.%02d.2024 %02d:%02d Uhr %d", i%28+1, i%12+1, i/60%24, i%60, i)
	}
	for _, bm := range []struct {
		name string
		rows int
		text func(i int) string
	}{
		{"months", 200_000, func(i int) string { return months[i%len(months)] }},
		{"13th months", 500_000, func(i int) string { return distinct[i%28][:10] }},
		{"distinct date-times", 200_000, func(i int) string { return distinct[i] }},
		{"distinct date-times with a word", 200_000, func(i int) string { return german[i] }},
	} {
		b.Run(bm.name, func(b *testing.B) {
			for b.Loop() {
				p := NewProposal(time.UTC, summer)
				for i := range bm.rows {
					p.Add(bm.text(i))
				}
				if p.Advice().Odd != bm.rows {
					b.Fatal("a format reads a text")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(bm.rows), "ns/text")
		})
	}
}

func BenchmarkLooks(b *testing.B) {
	for _, text := range []string{"Ada Ash", "Room 42", "E1001", "12/2024", "2024-06-30", "45473"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				Looks(text, time.UTC)
			}
		})
	}
}

func BenchmarkParseOfATextInAnotherForm(b *testing.B) {
	f, _ := ParseFormat("DD/MM/YYYY")
	for b.Loop() {
		if _, err := f.Parse("2024-13-07", time.UTC); err == nil {
			b.Fatal("it is read")
		}
	}
}
