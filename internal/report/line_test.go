package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"offboard/internal/leaver"
)

var bothFormats = []Format{CSV, JSONL}

func encoded(f *form, r leaver.Result) string {
	return string(f.append(nil, new(line), r))
}

// roundTrip writes a result, checks what holds for every line, and reads it back.
func roundTrip(t testing.TB, f Format, in leaver.Result) leaver.Result {
	t.Helper()
	text := written(t, f, in)
	body := strings.TrimPrefix(text, header)
	if strings.Count(body, "\n") != 1 || !strings.HasSuffix(body, "\n") || strings.ContainsRune(body, '\r') {
		t.Fatalf("%s: one record is not one line: %q", f, body)
	}
	if !utf8.ValidString(body) {
		t.Fatalf("%s: the line is not UTF-8: %q", f, body)
	}
	if len(body) >= lineLimit {
		t.Fatalf("%s: the line has %d bytes", f, len(body))
	}
	all := collect(t, newReader(t, text).Lines())
	if len(all) != 1 {
		t.Fatalf("%s: one line comes back as %d", f, len(all))
	}
	out := all[0]
	switch {
	case in.Fault != "" && out.Fault == "":
		t.Errorf("%s: the row was unusable (%s) and comes back usable: %q", f, in.Fault, body)
	case in.Fault == "" && out.Leaver != in.Leaver:
		t.Errorf("%s: the leaver %q %q comes back as %q %q", f, in.Ref, in.EndDate.Text, out.Ref, out.EndDate.Text)
	}
	if in.Outcome == leaver.Held && out.Doubts != heldKinds(in) {
		t.Errorf("%s: the doubts %s come back as %s", f, heldKinds(in), out.Doubts)
	}
	if (out.Excluded != "") != (in.Outcome == leaver.Excluded) {
		t.Errorf("%s: the outcome is %s, and the row comes back excluded by %q", f, in.Outcome, out.Excluded)
	}
	if out.Outcome != in.Outcome || out.HTTPStatus != in.HTTPStatus || out.Attempts != in.Attempts || out.Row.Place.Row != in.Row.Place.Row {
		t.Errorf("%s: %+v comes back as %+v", f, in, out)
	}
	want := in.FinishedAt.Truncate(time.Millisecond)
	if in.FinishedAt.IsZero() {
		want = now
	}
	if !out.FinishedAt.Equal(want) {
		t.Errorf("%s: finished at %s comes back as %s", f, want, out.FinishedAt)
	}
	if want := in.Duration.Truncate(time.Millisecond); out.Duration != want {
		t.Errorf("%s: the duration %s comes back as %s", f, want, out.Duration)
	}
	checkServerText(t, out.Reason, maxReason)
	checkServerText(t, out.RequestID, maxRequestID)

	// A line that was read and is written again does not change.
	if again := written(t, f, out); again != text {
		t.Errorf("%s: written again, the line changes:\n%q\n%q", f, text, again)
	}
	return out
}

// heldKinds returns the kinds of doubt that the reason of a row names.
func heldKinds(r leaver.Result) leaver.Doubts {
	all, _ := leaver.ParseHeldReason(r.Reason)
	return all
}

// reasonOf returns a reason that a run can give for an outcome: that of a row that is
// held names kinds of doubt, here those whose bits are set.
func reasonOf(o leaver.Outcome, kinds leaver.Doubts, text string) string {
	if o != leaver.Held {
		return text
	}
	if kinds &= leaver.DoubtsOf(leaver.DoubtKinds()...); kinds == 0 {
		kinds = leaver.DoubtsOf(leaver.OddRef)
	}
	return leaver.HeldReason(kinds, text)
}

// checkServerText checks a text from the server as it stands in the report.
func checkServerText(t testing.TB, s string, most int) {
	t.Helper()
	if n := utf8.RuneCountInString(s); n > most+1 {
		t.Errorf("a text of %d characters, cut at %d", n, most)
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError {
			t.Errorf("the text %q has %U", s, r)
		}
	}
}

// pieces are parts of difficult texts.
var pieces = []string{
	"a", "Zoë", "7", " ", ",", `"`, `""`, "\n", "\r\n", "\r", "\t", "\x00", "\x7f", "\u0085", "\u2028", "\u2029", "\ufffd", "\ufeff",
	"\xff", "\xc3", "=", "+", "-", "@", "＝", "'", "\\", `\.`, `\n`, "{", "}", "</script>", "&", "😀", "\u202e",
	"e1001", ";", "=HYPERLINK(1)", strings.Repeat("x", 70), strings.Repeat("é", 200), strings.Repeat(`"`, 600),
	"2024-06-30", "2024-06-30T17:00:00Z", "0001-01-01", "1899-12-30",
}

func difficult(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(5) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func TestResultsComeBackFromTheReport(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	dates := []string{"", "2024-06-30", "2024-06-30T17:00:00+02:00", "2024-06-30T17:00:00.123456789Z", "1899-12-30"}
	outcomes := leaver.Outcomes()
	for range 5000 {
		date := dates[random.IntN(len(dates))]
		if random.IntN(4) == 0 {
			date = difficult(random)
		}
		outcome := outcomes[random.IntN(len(outcomes))]
		in := leaver.Result{
			Row:        leaver.NewRow(leaver.Place{Source: "in.csv" + difficult(random), Row: 1 + random.IntN(1<<32-1)}, difficult(random), date, time.UTC),
			Outcome:    outcome,
			HTTPStatus: random.IntN(600),
			Attempts:   random.IntN(6),
			Duration:   time.Duration(random.Int64N(int64(time.Hour))),
			RequestID:  difficult(random),
			Reason:     reasonOf(outcome, leaver.Doubts(random.Uint32()), difficult(random)),
		}
		if random.IntN(3) > 0 {
			in.FinishedAt = time.Unix(random.Int64N(4e9), random.Int64N(1e9))
		}
		var back [2]leaver.Result
		for i, f := range bothFormats {
			back[i] = roundTrip(t, f, in)
		}
		if !reflect.DeepEqual(back[0], back[1]) {
			t.Errorf("CSV and JSON lines differ:\n%+v\n%+v", back[0], back[1])
		}
		if t.Failed() {
			t.Fatalf("%+v", in)
		}
	}
}

func TestALineWithoutAReasonThatItsOutcomeNeeds(t *testing.T) {
	for name, reason := range map[string]string{
		"no reason":                  "",
		"a text":                     "somebody has to look at this",
		"a kind that is not known":   "odd-hat: a hat",
		"a kind, and one not known":  "odd-ref, odd-hat: a hat",
		"a kind without what it was": "odd-ref",
	} {
		t.Run(name, func(t *testing.T) {
			in := suspended("E1", 2)
			in.Outcome, in.Reason = leaver.Held, reason
			for _, f := range bothFormats {
				var last error
				for _, err := range newReader(t, written(t, f, suspended("E0", 1), in)).Lines() {
					last = err
				}
				if last == nil || !strings.HasPrefix(last.Error(), "a.report:") || !strings.Contains(last.Error(), "names no kind of doubt") {
					t.Errorf("%s: the error is %v", f, last)
				}
			}
		})
	}
	t.Run("a row that is excluded is so without a reason", func(t *testing.T) {
		in := suspended("E1", 2)
		in.Outcome = leaver.Excluded
		for _, f := range bothFormats {
			if out := roundTrip(t, f, in); out.Excluded != "an earlier run has excluded the leaver" {
				t.Errorf("%s: excluded: %q", f, out.Excluded)
			}
		}
	})
}

func TestUnusableRowsStayUnusable(t *testing.T) {
	for name, row := range map[string][2]string{
		"an empty ref":                         {"", ""},
		"a ref of dots":                        {"..", ""},
		"a ref that is too long":               {strings.Repeat("é", leaver.MaxRef+1), ""},
		"a ref that is far too long":           {strings.Repeat("é", 10_000), ""},
		"a ref with NUL":                       {"a\x00b", ""},
		"a ref on two lines":                   {"a\nb", ""},
		"a ref in Latin-1":                     {"Zo\xeb", ""},
		"a ref that was damaged before":        {"a\ufffdb", ""},
		"an end date that is none":             {"a", "soon"},
		"an end date with a NUL behind it":     {"a", "2024-06-30\x00"},
		"an end date with a bad byte":          {"a", "2024-06-30\xff"},
		"an end date before its time":          {"a", "1899-12-30"},
		"an end date that is far too long":     {"a", strings.Repeat("2024-06-30", 1000)},
		"an end date that is JSON of a number": {"a", "20240630"},
	} {
		t.Run(name, func(t *testing.T) {
			in := leaver.Result{Row: leaver.NewRow(leaver.Place{Source: "in.csv", Row: 2}, row[0], row[1], time.UTC), Outcome: leaver.Invalid}
			if in.Fault == "" {
				t.Fatal("the test has a usable row")
			}
			for _, f := range bothFormats {
				roundTrip(t, f, in)
			}
		})
	}
}

func TestRefsComeBackByteByByte(t *testing.T) {
	for _, ref := range []string{
		"e1001", `a"b`, "a,b", `\.`, "=1+1", "'a", "a b", "é", "e\u0301", "a\u2028b", "a\u2029b", "\ufeffa", "😀", "null", "a\\u0041",
		strings.Repeat("é", leaver.MaxRef), strings.Repeat(`"`, leaver.MaxRef), strings.Repeat("\U0010ffff", leaver.MaxRef),
	} {
		in := leaver.Result{Row: leaver.NewRow(leaver.Place{Source: "in.csv", Row: 2}, ref, "", time.UTC), Outcome: leaver.Pending}
		if in.Fault != "" {
			t.Errorf("the test has an unusable ref %q: %s", ref, in.Fault)
			continue
		}
		for _, f := range bothFormats {
			roundTrip(t, f, in)
		}
	}
}

func TestTextsOfTheServer(t *testing.T) {
	long := strings.Repeat("x", maxReason)
	for _, test := range []struct{ name, in, want string }{
		{"a plain text stays", "User not found.", "User not found."},
		{"a formula stays, because the format of the report takes care of it", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"},
		{"lines become one", "one\r\ntwo\u2028three", "one  two three"},
		{"bad bytes become blanks", "Zo\xeb\x00!", "Zo  !"},
		{"a text at the limit stays", long, long},
		{"a text above it is cut", long + "y", long + "…"},
		{"a text of signs elsewhere stays", "a=b+c", "a=b+c"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := serverText(test.in, maxReason); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got := serverText(test.want, maxReason); got != test.want {
				t.Errorf("prepared again it becomes %q", got)
			}
		})
	}
}

func TestLinesLookAsTheContractSays(t *testing.T) {
	failed := leaver.Result{
		Row:     leaver.NewRow(leaver.Place{Source: "dir/in.csv", Row: 7}, "a,b", "", time.UTC),
		Outcome: leaver.Pending,
	}
	const first, second = "ngbggb", "hjfrlm"
	want := header +
		"e1001,2024-06-30,suspended,in.csv,2,200,1,84,2024-07-01T12:00:00.250Z,req-1,," + target + "," + first + "\n" +
		"\"a,b\",,pending,dir/in.csv,7,,0,0,2024-07-02T08:00:00.000Z,,," + target + "," + second + "\n"
	if got := written(t, CSV, suspended("e1001", 2), failed); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	want = `{"ref":"e1001","endDate":"2024-06-30","outcome":"suspended","source":"in.csv","row":2,"httpStatus":200,"attempts":1,"durationMs":84,"finishedAt":"2024-07-01T12:00:00.25Z","requestId":"req-1","error":"","target":"` + target + `","check":"` + first + `"}
{"ref":"a,b","endDate":"","outcome":"pending","source":"dir/in.csv","row":7,"httpStatus":null,"attempts":0,"durationMs":0,"finishedAt":"2024-07-02T08:00:00Z","requestId":"","error":"","target":"` + target + `","check":"` + second + `"}
`
	if got := written(t, JSONL, suspended("e1001", 2), failed); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := ownHeader() + "\n"; got != header {
		t.Errorf("the columns are %s", got)
	}
}

func TestEveryLineHasATime(t *testing.T) {
	for name, at := range map[string]time.Time{
		"a result that does not say when it was known": {},
		"a time outside the range of RFC 3339":         time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -3600)),
	} {
		in := suspended("a", 2)
		in.FinishedAt = at
		for _, f := range bothFormats {
			all := collect(t, newReader(t, written(t, f, in)).Lines())
			if len(all) != 1 || !all[0].FinishedAt.Equal(now) {
				t.Errorf("%s, %s: got %+v", f, name, all)
			}
		}
	}
}

// FuzzRoundTrip checks any result as TestResultsComeBackFromTheReport checks random
// ones.
func FuzzRoundTrip(f *testing.F) {
	f.Add("e1001", "2024-06-30", "in.csv", uint32(2), uint8(0), uint16(200), "req-1", "")
	f.Add("a\x00", "soon", "in\n.csv", uint32(1<<32-1), uint8(7), uint16(0), "=1", "\r\n=cmd")
	f.Add(strings.Repeat(`"`, 200), "1899-12-30", "-", uint32(1), uint8(3), uint16(599), "\u2028", strings.Repeat("-", 600))
	f.Add("a\u2028b", "2024-06-30T17:00:00,5Z", "\\.", uint32(9), uint8(8), uint16(404), " @", "\xff")
	f.Fuzz(func(t *testing.T, ref, endDate, source string, row uint32, outcome uint8, status uint16, requestID, reason string) {
		outcomes := leaver.Outcomes()
		out := outcomes[int(outcome)%len(outcomes)]
		in := leaver.Result{
			Row:        leaver.NewRow(leaver.Place{Source: source, Row: int(row)}, ref, endDate, time.UTC),
			Outcome:    out,
			HTTPStatus: int(status), Attempts: int(outcome), Duration: time.Duration(row) * time.Microsecond,
			FinishedAt: time.Unix(int64(row), 0),
			RequestID:  requestID, Reason: reasonOf(out, leaver.Doubts(row), reason),
		}
		if row == 0 || source == "" {
			t.Skip()
		}
		for _, format := range bothFormats {
			roundTrip(t, format, in)
		}
	})
}

func TestAReportIsPlainCSVOrJSON(t *testing.T) {
	records, err := csv.NewReader(strings.NewReader(written(t, CSV, suspended(`a"b,c`, 2)))).ReadAll()
	if err != nil || len(records) != 2 || records[1][0] != `a"b,c` {
		t.Errorf("got %q, %v", records, err)
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(written(t, JSONL, suspended("</script>&", 2))), &object); err != nil || object["ref"] != "</script>&" || len(object) != len(columns) {
		t.Errorf("got %v, %v", object, err)
	}
}

// FuzzFields compares the fields of a line with those that encoding/csv writes.
func FuzzFields(f *testing.F) {
	for _, text := range []string{"", "E1", "a,b", `say "so"`, " led", "\u00a0led", "two\nlines", `\.`, `\..`, "\r", "é", "\xff", `"`, `""`, "=1", "''", "a;=1"} {
		f.Add(text, "x")
		f.Add("x", text)
	}
	f.Fuzz(func(t *testing.T, first, last string) {
		at := time.Date(2024, 7, 1, 12, 30, 0, 5_000_000, time.UTC)
		l := line{
			ref: text(first), outcome: "suspended", source: text(last), row: 7, httpStatus: 200, attempts: 2, durationMs: 31,
			finishedAt: moment(at), requestID: text(first), reason: text(last), target: text(first), check: checkMark{'b', 'c', 'd', 'f', 'g', 'h'},
		}
		got := string(ownLayout().appendCSV(nil, &l))
		first, last = armed(first), armed(last)
		var want bytes.Buffer
		w := csv.NewWriter(&want)
		_ = w.Write([]string{first, "", "suspended", last, "7", "200", "2", "31", "2024-07-01T12:30:00.005Z", first, last, first, "bcdfgh"})
		w.Flush()
		if got != want.String() {
			t.Errorf("got %q, want %q", got, want.String())
		}
	})
}
