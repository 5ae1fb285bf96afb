package report

import (
	"errors"
	"strings"
	"testing"

	"offboard/internal/leaver"
)

// copied returns the copy of lines as text.
func copied(t *testing.T, keep []string, lines ...leaver.Result) string {
	t.Helper()
	var b strings.Builder
	c := NewCopy(&b, keep)
	for _, r := range lines {
		if err := c.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestACopyOfAReportIsTheReport(t *testing.T) {
	kept := suspended("b", 3)
	kept.Kept = []string{"O'Brien", "=1+2"}
	formula := suspended("=1,\u00a0\"2\"", 4)
	formula.Kept = []string{"", ""}
	path := place(t, "a.csv", "")
	o := options(true)
	o.Keep = []string{"Surname", "Note, if any"}
	if err := record(path, o, kept, formula); err != nil {
		t.Fatal(err)
	}
	text := content(t, path)
	got := copied(t, o.Keep, collect(t, newReader(t, text).Lines())...)
	if got != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
}

func TestACopyAddsNothingToALine(t *testing.T) {
	text := written(t, CSV, suspended("a", 2), suspended("b", 3))
	// A spreadsheet has rewritten the time of one line, and the ref of the other.
	text = strings.Replace(text, "2024-07-01T12:00:00.250Z", "01/07/2024 12:00", 1)
	text = strings.Replace(text, "\nb,", "\nB,", 1)
	was := collect(t, newReader(t, text).Lines())
	again := collect(t, newReader(t, copied(t, nil, was...)).Lines())
	if !again[0].FinishedAt.IsZero() || again[0].Outcome != leaver.Suspended {
		t.Errorf("the line without a time is %+v", again[0])
	}
	if !again[1].Changed || again[1].Ref != "B" || again[1].Outcome != leaver.Invalid {
		t.Errorf("the line that was changed is %+v", again[1])
	}
}

func TestACopyThatCannotBeWritten(t *testing.T) {
	full := errors.New("full")
	c := NewCopy(failing{full}, nil)
	var err error
	for n := 0; err == nil && n < 10_000; n++ {
		err = c.Add(suspended("a", 2))
	}
	if err != full || c.Flush() != full {
		t.Errorf("got %v", err)
	}
}

// failing is a writer that always fails.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
