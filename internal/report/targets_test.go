package report

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// of returns the options of a run with another target.
func of(target string, resume bool) Options {
	o := options(resume)
	o.Target = target
	return o
}

func TestAReportOfAnotherTargetIsRefused(t *testing.T) {
	for _, f := range bothFormats {
		path := filepath.Join(t.TempDir(), pathOf(f))
		if err := recordTo(path, false, suspended("a", 2), suspended("b", 3)); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, of("sandbox", true))
		if err != nil {
			t.Fatal(err)
		}
		var got error
		for _, got = range r.Lines() {
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		want := TargetError{Path: path, Line: 2, Target: target, Wanted: "sandbox"}
		if f == JSONL {
			want.Line = 1
		}
		if other, ok := errors.AsType[*TargetError](got); !ok || *other != want {
			t.Errorf("%s: got %v, want %v", f, got, &want)
		}
		// Without the target, it can be read.
		if got := readBack(t, path); refs(got) != "a b" || got[0].Target != target {
			t.Errorf("%s: got %+v", f, got)
		}
	}
}

func TestReportsAreHeldToOneTarget(t *testing.T) {
	first := newReader(t, written(t, CSV, suspended("a", 2)))
	first.Name = "first.csv"
	form := formOf(CSV)
	form.target = "sandbox"
	mixed := newReader(t, written(t, CSV, suspended("a", 2))+encoded(form, suspended("b", 3)))
	lastError := func(r *Reader) (err error) {
		for _, err = range r.Lines() {
		}
		return err
	}
	for _, test := range []struct {
		name    string
		target  string
		readers []*Reader
		want    string // the last error; "": none
	}{
		{"the target of the run", target, []*Reader{first, first}, ""},
		{"no target of the run, and one report", "", []*Reader{first, first}, ""},
		{"another target of the run", "staging", []*Reader{first}, "first.csv:2: this line of a report is about the target " + target + ", and this run is about staging"},
		{"a report with two targets", "", []*Reader{mixed}, "a.report:3: this line of a report is about the target sandbox, and a.report has lines about " + target},
		{"two reports with different ones", "", []*Reader{first, mixed}, "a.report:3: this line of a report is about the target sandbox, and first.csv has lines about " + target},
		{"a report with two targets, of which one is that of the run", "sandbox", []*Reader{mixed}, "a.report:2: this line of a report is about the target " + target + ", and this run is about sandbox"},
	} {
		t.Run(test.name, func(t *testing.T) {
			targets := NewTargets(test.target)
			var got error
			for _, r := range test.readers {
				r.Hold(targets)
				got = lastError(r)
			}
			if test.want == "" && got != nil || test.want != "" && (got == nil || got.Error() != test.want) {
				t.Errorf("got %v, want %s", got, test.want)
			}
		})
	}
}

func TestAReportNeedsATarget(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "a.csv"), of(" ", false)); !errors.Is(err, errNoTarget) {
		t.Errorf("got %v", err)
	}
}

// TestAChangedLineHasNoTarget: what it says of its target is no reason to refuse the
// report, nor to accept it.
func TestAChangedLineHasNoTarget(t *testing.T) {
	text := strings.Replace(written(t, CSV, suspended("a", 2), suspended("b", 3)), target, "elsewhere", 1)
	r := newReader(t, text)
	r.Hold(NewTargets(target))
	if got := collect(t, r.Lines()); refs(got) != "a b" || got[0].Outcome != leaver.Invalid || got[0].Target != "" || got[1].Target != target {
		t.Errorf("got %+v", got)
	}
}

func TestARunReplacesOnlyAReportOfItsOwnTarget(t *testing.T) {
	sandbox := formOf(CSV)
	sandbox.target = "sandbox"
	two := header + encoded(sandbox, suspended("a", 2)) + encoded(sandbox, suspended("b", 3))
	for _, test := range []struct {
		name, text string
		replaced   bool
	}{
		{"a report of this target", two, true},
		{"a report of this target with an incomplete line", two + "c,2024", true},
		{"a report without lines", header, true},
		{"an empty file", "", true},
		{"the beginning of a header", header[:30], true},
		{"a report with a line that lacks a field", strings.Replace(two, "check\n", "check,Name\n", 1), false},
		{"a report of another target", written(t, CSV, suspended("a", 2)), false},
		{"a report with a line of another target", two + encoded(formOf(CSV), suspended("c", 4)), false},
		{"a report with a changed line", strings.Replace(two, "\nb,", "\n0b,", 1), false},
		{"a report with a line that cannot be read", strings.Replace(two, "suspended", "gone", 1), false},
		{"a report that a spreadsheet has saved", strings.ReplaceAll(two, ",", ";"), false},
		{"a report that lacks a column", strings.Replace(two, "check", "", 1), false},
		{"an export", "ref,endDate\na,2024-06-30\n", false},
		{"a text", "Dear all", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := place(t, "a.csv", test.text)
			if got := CanReplace(path, "sandbox", time.UTC); got != test.replaced {
				t.Errorf("CanReplace returns %t", got)
			}
			o := of("sandbox", false)
			o.Replace = true
			r, err := Open(path, o)
			if !test.replaced {
				if !errors.Is(err, ErrExists) || content(t, path) != test.text {
					t.Fatalf("got %v, %q", err, content(t, path))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Open(path, o); !errors.Is(err, ErrLocked) {
				t.Errorf("another run gets %v", err)
			}
			if r.Exists() || r.Torn() != 0 || len(collect(t, r.Lines())) != 0 || content(t, path) != test.text {
				t.Error("it is not as if the report were new, or it has changed before Start")
			}
			w, err := r.Start()
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(w.Record(suspended("new", 9)), w.Close(), r.Close()); err != nil {
				t.Fatal(err)
			}
			if got := content(t, path); got != header+encoded(sandbox, suspended("new", 9)) {
				t.Errorf("it holds %q", got)
			}
		})
	}
	t.Run("with resume it is gone on with", func(t *testing.T) {
		path := place(t, "a.csv", two)
		o := of("sandbox", true)
		o.Replace = true
		if err := record(path, o, suspended("new", 9)); err != nil || refs(readBack(t, path)) != "a b new" {
			t.Errorf("got %v, %q", err, content(t, path))
		}
	})
}
