package input_test

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/table"
)

// exports are inputs of each format, with all that a survey notices.
func exports(t *testing.T) map[string]string {
	var rows strings.Builder
	rows.WriteString("ref,Status,Until,endDate\n")
	var objects strings.Builder
	for i := range 600 {
		status := []string{"Left", "Active", "left "}[i%3]
		fmt.Fprintf(&rows, "%05d,%s,2024-01-02,%d/06/2024\n", i, status, i%28+1)
		fmt.Fprintf(&objects, `{"ref":"%d","status":%q,"endDate":"%d/06/2024"}`+"\n", i, status, i%28+1)
		if i%100 == 0 {
			rows.WriteString("7\n\"8\n\",Left,,\n9,Left,,\"2024\"x\n")
			objects.WriteString("{\n[]\n")
		}
	}
	rows.WriteString("1,gone,,\n")
	objects.WriteString(`{"ref":"1","status":"gone"}` + "\n")
	return map[string]string{
		"CSV":        rows.String(),
		"JSON lines": objects.String(),
		"XLSX": cells(t, strings.Repeat(`<row><c><v>7</v></c><c s="1"><v>45473</v></c></row><row><c t="str"><v>007</v></c><c t="str"><v>30/06/2024</v></c></row>`, 300)+
			`<row hidden="1"><c><v>1.5</v></c></row>`),
	}
}

func openExport(t *testing.T, format, text string) *input.Source {
	t.Helper()
	var o input.Options
	if format != "XLSX" {
		o = where(t, "Status=left,gone,away")
	}
	s, err := open(t, "leavers", text, o)
	if err != nil {
		t.Fatal(err)
	}
	return s.Source
}

func collect(rows iter.Seq2[leaver.Row, error]) (lines []string) {
	for row, err := range rows {
		if err != nil {
			lines = append(lines, "error: "+err.Error())
			continue
		}
		lines = append(lines, write(row))
	}
	return lines
}

// state writes a survey with all that it points to.
func state(s *input.Source, v input.Survey) string {
	return fmt.Sprintf("%+v\n%q", v, s.Warnings(v))
}

func TestASurveyIsAValue(t *testing.T) {
	for format, text := range exports(t) {
		t.Run(format, func(t *testing.T) {
			s := openExport(t, format, text)
			var v input.Survey
			first := collect(s.Survey(&v))
			before, source := state(s, v), fmt.Sprintf("%+v", *s)
			if len(s.Warnings(v)) == 0 && v.RefPad() == 0 {
				t.Fatal("the survey has noticed nothing")
			}
			rows := collect(s.Rows(v))
			t.Run("a later reading changes neither the survey nor the source", func(t *testing.T) {
				for range s.Rows(v) {
					break
				}
				if after := state(s, v); after != before {
					t.Errorf("the survey was\n%s\nand is\n%s", before, after)
				}
				if after := fmt.Sprintf("%+v", *s); after != source {
					t.Errorf("the source was\n%s\nand is\n%s", source, after)
				}
				var part input.Survey // of a reading that was stopped
				for range s.Survey(&part) {
					break
				}
				before := state(s, part)
				if got := collect(s.Rows(part)); len(got) != len(rows) || state(s, part) != before {
					t.Errorf("a survey of a part was\n%s\nand is\n%s", before, state(s, part))
				}
			})
			t.Run("another survey is the same", func(t *testing.T) {
				again := input.Survey{LeftOut: 7, Ref: "x"}
				if got := collect(s.Survey(&again)); !slices.Equal(got, first) {
					t.Error("the rows of another first reading differ")
				}
				if after := state(s, again); after != before {
					t.Errorf("the survey is\n%s\nand was\n%s", after, before)
				}
			})
			t.Run("readings that take turns do not disturb each other", func(t *testing.T) {
				var one, two input.Survey
				got := takeTurns(s.Survey(&one), s.Rows(v), s.Survey(&two), s.Rows(v))
				for i, want := range [][]string{first, rows, first, rows} {
					if !slices.Equal(got[i], want) {
						t.Errorf("the rows of reading %d differ", i)
					}
				}
				if state(s, one) != before || state(s, two) != before || state(s, v) != before {
					t.Error("the surveys differ")
				}
			})
			t.Run("several goroutines read at once", func(t *testing.T) { checkGoroutines(t, s, v, first, rows) })
		})
	}
}

// checkGoroutines reads a source in several goroutines at once. v is its survey, first and
// rows are what a first and a later reading give.
func checkGoroutines(t *testing.T, s *input.Source, v input.Survey, first, rows []string) {
	want := state(s, v)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			if i%2 == 1 {
				if got := collect(s.Rows(v)); !slices.Equal(got, rows) {
					t.Errorf("the rows of reading %d differ", i)
				}
				return
			}
			var own input.Survey
			if got := collect(s.Survey(&own)); !slices.Equal(got, first) || state(s, own) != want {
				t.Errorf("the first reading %d differs", i)
			}
		})
	}
	all.Wait()
}

// takeTurns reads a row from each sequence in turn.
func takeTurns(sequences ...iter.Seq2[leaver.Row, error]) [][]string {
	lines := make([][]string, len(sequences))
	var next []func() (leaver.Row, error, bool)
	for _, s := range sequences {
		pull, stop := iter.Pull2(s)
		defer stop()
		next = append(next, pull)
	}
	for more := true; more; {
		more = false
		for i, pull := range next {
			row, err, ok := pull()
			more = more || ok
			switch {
			case err != nil:
				lines[i] = append(lines[i], "error: "+err.Error())
			case ok:
				lines[i] = append(lines[i], write(row))
			}
		}
	}
	return lines
}

// counted counts the bytes that are read.
type counted struct {
	io.ReaderAt
	bytes atomic.Int64
}

func (c *counted) ReadAt(p []byte, offset int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, offset)
	c.bytes.Add(int64(n))
	return n, err
}

func TestAReadingReadsTheFileOnce(t *testing.T) {
	for format, text := range exports(t) {
		text = strings.Repeat(text, 1+1<<20/len(text)) // so that a second reading would be seen
		if format == "XLSX" {
			continue // its cells are in a scratch file
		}
		t.Run(format, func(t *testing.T) {
			bytes := &counted{ReaderAt: strings.NewReader(text)}
			file, err := table.FileOf("leavers", bytes, int64(len(text)))
			if err != nil {
				t.Fatal(err)
			}
			s, err := input.Open(file, where(t, "Status=left,gone,away"))
			if err != nil {
				t.Fatal(err)
			}
			var v input.Survey
			for name, rows := range map[string]iter.Seq2[leaver.Row, error]{"the first reading": s.Survey(&v), "a later one": s.Rows(v)} {
				bytes.bytes.Store(0)
				for _, err := range rows {
					if err != nil {
						t.Fatal(err)
					}
				}
				const looks = 3 + 1 // bytes at the beginning, and at the end, which are looked at first
				if n := bytes.bytes.Load(); n < int64(len(text)) || n > int64(len(text))+looks {
					t.Errorf("%s reads %d of %d bytes", name, n, len(text))
				}
				bytes.bytes.Store(0)
				if s.Warnings(v); bytes.bytes.Load() > 0 {
					t.Error("the warnings read the file")
				}
			}
		})
	}
}

func TestTheAdviceIsInTheReasonsOfLaterReadings(t *testing.T) {
	s := openExport(t, "CSV", "ref,Status,endDate\n1,left,30/06/2024\n2,left,soon\n")
	const advice = "all but 1 would fit --date-format DD/MM/YYYY"
	var v input.Survey
	for name, tt := range map[string]struct {
		rows iter.Seq2[leaver.Row, error]
		want bool
	}{
		"the first one":               {s.Survey(&v), false},
		"a later one":                 {s.Rows(func() input.Survey { _ = collect(s.Survey(&v)); return v }()), true},
		"one with an unfilled survey": {s.Rows(input.Survey{}), false},
	} {
		for _, line := range collect(tt.rows) {
			if strings.Contains(line, advice) != tt.want {
				t.Errorf("%s has %s", name, line)
			}
		}
	}
}

// TestPages reads as many rows as fill a page, and one more or less.
func TestPages(t *testing.T) {
	for _, n := range []int{1, 255, 256, 257, 512} {
		csv, objects := "ref,note,endDate\n", ""
		var want []string
		for i := range n {
			day := ""
			if i < 256 || i%7 == 0 { // so that a page has nothing where the one before had something
				day = "2024-06-30"
			}
			note := "x"
			if i == n/2 || i == 300 {
				note = strings.Repeat("x", longest-100<<10)
			}
			csv += fmt.Sprintf("r%d,%s,%s\n", i, note, day)
			objects += fmt.Sprintf(`{"ref":"r%d","note":"%s","endDate":"%s"}`+"\n", i, note, day)
			want = append(want, strings.TrimSpace(fmt.Sprintf("r%d %s", i, day)))
		}
		check := func(name, text string, header int, fails string) {
			t.Run(fmt.Sprint(n, " rows of ", name), func(t *testing.T) {
				st := story{text: text}
				for i, row := range want {
					st.rows = append(st.rows, fmt.Sprint(i+1+header, " ", row))
				}
				if fails != "" {
					st.fails = []string{fails}
				}
				st.check(t, "leavers")
				s, err := open(t, "leavers", text, input.Options{})
				if err != nil {
					t.Fatal(err)
				}
				for _, most := range []int{1, min(n, 256), min(n, 257), n} {
					i := 0
					for range s.Source.Rows(input.Survey{}) {
						if i++; i == most {
							break
						}
					}
					if i != most {
						t.Errorf("%d rows are read, want %d", i, most)
					}
				}
			})
		}
		check("CSV", csv, 1, "")
		check("CSV, and an open quote", csv+"r,\"", 1, fmt.Sprintf("leavers:%d: a quote", n+2))
		check("CSV, and another header", csv+"Note,endDate,Ref\nr,,\n", 1, fmt.Sprintf("leavers:%d: this looks like another header", n+2))
		check("JSON", objects, 0, "")
		check("JSON, and another key", objects+`{"staff id":"r"}`+"\n", 0, `others "staff id"`)
	}
}

func TestAReasonNamesTheKeyThatLaterObjectsHave(t *testing.T) {
	for _, n := range []int{1, 255, 256, 300} {
		text := strings.Repeat(`{"x":1}`+"\n", n) + `{"Employee Number":"r","Leave Date":null}` + "\n"
		s, err := open(t, "leavers", text, input.Options{})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := read(t, s, input.Options{})
		if err != nil || len(rows) != n+1 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, row := range rows[:n] {
			if want := `key "Employee Number": the ref is empty`; row.Fault != want {
				t.Fatalf("with %d objects the reason is %q, want %q", n, row.Fault, want)
			}
		}
	}
}
