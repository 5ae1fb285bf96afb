package report

import (
	"strings"
	"testing"

	"offboard/internal/leaver"
)

func TestACheckIsSixConsonants(t *testing.T) {
	seen := map[string]bool{}
	for _, of := range [][3]string{
		{target, "00417", "2024-06-30"}, {target, "417", "2024-06-30"}, {target, "00417", "30/06/2024"}, {target, "00417", ""},
		{"sandbox", "00417", "2024-06-30"}, {"sandbox", "", ""}, {target, "0041", "72024-06-30"}, {target + "/", "00417", "2024-06-30"},
	} {
		check := Check(of[0], of[1], of[2])
		if len(check) != 6 || strings.Trim(check, "bcdfghjklmnpqrst") != "" {
			t.Errorf("the check of %q is %q", of, check)
		}
		if seen[check] {
			t.Errorf("the check of %q is that of another line", of)
		}
		seen[check] = true
	}
	if got := Check(target, "00417", "2024-06-30"); got != "sscqlf" {
		t.Errorf("a check that reports have is %q now", got)
	}
}

// TestALineThatDoesNotFitItsCheckIsInvalid changes one cell of the second line.
func TestALineThatDoesNotFitItsCheckIsInvalid(t *testing.T) {
	in := suspended("00417", 3)
	csvText, jsonText := written(t, CSV, suspended("a", 2), in), written(t, JSONL, suspended("a", 2), in)
	own := Check(target, "00417", "2024-06-30")
	here := leaver.Place{Source: "in.csv", Row: 3}
	for _, test := range []struct {
		name, from, to string
		want           leaver.Place
	}{
		{"the ref", "00417", "417", here},
		{"the ref, to another usable one", "00417", "00418", here},
		{"white space in front of the ref", "00417", " 00417", here},
		{"the end date", "2024-06-30", "2024-07-30", here},
		{"the end date, to another form", "2024-06-30", "30.06.2024", here},
		{"the target", target, "sandbox", here},
		{"no target", target, "", here},
		{"the check", own, "bcdfgh", here},
		{"a check of another length", own, own + "b", here},
		{"no check", own, "", here},
		{"the ref and the outcome", "00417,2024-06-30,suspended", "417,2024-06-30,gone", here},
		{"the ref and the row, which is none", "in.csv,3,200,1,84,2024-07-01T12:00:00.250Z,req-1,," + target, "in.csv,three,200,1,84,2024-07-01T12:00:00.250Z,req-1,,sandbox", leaver.Place{Source: "a.report", Row: 3}},
		{"the source, which is missing, and the check", "in.csv,3,200,1,84,2024-07-01T12:00:00.250Z,req-1,," + target, ",3,200,1,84,2024-07-01T12:00:00.250Z,req-1,,sandbox", leaver.Place{Source: "a.report", Row: 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, f := range bothFormats {
				text := map[Format]string{CSV: csvText, JSONL: jsonText}[f]
				at := strings.LastIndex(text, test.from)
				if at < 0 && f == JSONL {
					continue // several cells of CSV
				}
				text = text[:at] + test.to + text[at+len(test.from):]
				got := collect(t, newReader(t, text).Lines())
				if len(got) != 2 || got[0].Outcome != leaver.Suspended {
					t.Fatalf("%s: got %+v", f, got)
				}
				r := got[1]
				if r.Outcome != leaver.Invalid || r.Fault != changedFault || r.Place != test.want || r.Attempts != 0 || r.HTTPStatus != 0 {
					t.Errorf("%s: got %+v", f, r)
				}
			}
		})
	}
}

// TestAChangedLineStaysSoInEveryCopy: the ref of such a line may be that of another
// person, so that it must not become usable by being written to another report.
func TestAChangedLineStaysSoInEveryCopy(t *testing.T) {
	for _, f := range bothFormats {
		text := strings.Replace(written(t, f, suspended("00417", 3)), "00417", "417", 1)
		for range 3 {
			got := collect(t, newReader(t, text).Lines())
			if len(got) != 1 || got[0].Outcome != leaver.Invalid || got[0].Fault == "" || got[0].Ref != "417" || got[0].Row.Place.Row != 3 {
				t.Fatalf("%s: got %+v", f, got)
			}
			text = written(t, f, got...)
		}
		if !strings.Contains(text, "changed") {
			t.Errorf("%s: the copy does not say it: %s", f, text)
		}
	}
}

func TestReadingTheCheckAllocatesNothing(t *testing.T) {
	var l line
	cells := strings.Split(strings.Split(written(t, CSV, suspended("00417", 3)), "\n")[1], ",")
	layout := ownLayout()
	if n := testing.AllocsPerRun(100, func() {
		if err := layout.parseCSV(&l, cells); err != nil || !l.fits() {
			t.Fatal("it does not fit")
		}
	}); n != 0 {
		t.Errorf("%g allocations for each line", n)
	}
}
