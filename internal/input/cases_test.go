package input_test

import (
	"encoding"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	written "offboard/internal/dates"
	"offboard/internal/input"
	"offboard/internal/leaver"
)

// The archives testdata/*.txtar hold the cases that a text file can show plainly.
// A case begins with a section that is named after it and holds the input.
// The sections behind it belong to it:
//
//	rows       the rows that are read: "2 ref endDate", or "2 ! a part of the fault"
//	doubts     the rows that have doubts: "2 no-end-date, odd-ref: a part of what was seen"
//	warnings   the warnings; "…" at the end of one stands for the rest of it
//	keep.csv   a list, for --except keep.csv
//	map.csv    a crosswalk, for --ref-map map.csv
//
// The options stand in front of the rows or the warnings, each on a line. A line
// "error: …" is a part of the error that ends the reading; a case without such a
// line must not fail.
func TestCases(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	for _, path := range archives {
		topic := strings.TrimSuffix(filepath.Base(path), ".txtar")
		for _, c := range readCases(t, path) {
			if topic == "cells" {
				c.input = cells(t, c.input)
			}
			t.Run(topic+"/"+c.name, c.run)
		}
	}
}

// testCase is a case of an archive.
type testCase struct {
	name, input string
	sections    map[string]string // those behind the input
}

func readCases(t *testing.T, path string) (cases []testCase) {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range archive.Files {
		switch f.Name {
		case "rows", "doubts", "warnings", "keep.csv", "map.csv":
			if len(cases) == 0 || cases[len(cases)-1].sections[f.Name] != "" {
				t.Fatalf("%s: a section %q that belongs to no case", path, f.Name)
			}
			cases[len(cases)-1].sections[f.Name] = string(f.Data)
		default:
			if seen[f.Name] {
				t.Fatalf("%s: two cases have the name %q", path, f.Name)
			}
			seen[f.Name] = true
			cases = append(cases, testCase{f.Name, string(f.Data), map[string]string{}})
		}
	}
	return cases
}

func (c testCase) run(t *testing.T) {
	s := story{text: c.input, options: input.Options{Now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}}
	var warnings []string
	var doubts []string
	for _, section := range []string{"rows", "doubts", "warnings"} {
		for line := range strings.Lines(c.sections[section]) {
			line = strings.TrimSuffix(line, "\n")
			part, isError := strings.CutPrefix(line, "error: ")
			switch {
			case line == "":
			case strings.HasPrefix(line, "--"):
				c.option(t, &s.options, line)
			case isError:
				s.fails = append(s.fails, part)
			case section == "doubts":
				doubts = append(doubts, line)
			case section == "warnings":
				warnings = append(warnings, line)
			default:
				s.rows = append(s.rows, line)
			}
		}
	}
	source, rows, err := s.read(t, "leavers")
	checkError(t, err, s.fails)
	_, hasRows := c.sections["rows"]
	_, hasWarnings := c.sections["warnings"]
	_, hasDoubts := c.sections["doubts"]
	if hasDoubts {
		compareDoubts(t, rows, doubts)
	}
	if hasRows {
		compare(t, rows, s.rows)
	}
	if hasWarnings && !slices.EqualFunc(source.Warnings(), warnings, func(got, want string) bool {
		beginning, isPart := strings.CutSuffix(want, "…")
		return got == want || isPart && strings.HasPrefix(got, beginning)
	}) {
		t.Errorf("got the warnings\n\t%q\nwant\n\t%q", source.Warnings(), warnings)
	}
	if !hasRows && !hasWarnings && !hasDoubts {
		t.Error("the case has neither rows nor doubts nor warnings")
	}
}

// compareDoubts compares the rows that have doubts with those of a case.
func compareDoubts(t *testing.T, rows []leaver.Row, want []string) {
	t.Helper()
	var got []string
	for _, r := range rows {
		if r.Doubts != 0 {
			got = append(got, fmt.Sprintf("%d %s", r.Place.Row, leaver.HeldReason(r.Doubts, r.Seen)))
		}
	}
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got the doubts\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// option reads a line such as "--ref-column Staff No" into the options.
func (c testCase) option(t *testing.T, o *input.Options, line string) {
	t.Helper()
	flag, value, _ := strings.Cut(line, " ")
	var zone input.Zone
	var condition input.Condition
	var err error
	set := func(to encoding.TextUnmarshaler) { err = to.UnmarshalText([]byte(value)) }
	switch flag {
	case "--format":
		set(&o.Format)
	case "--delimiter":
		set(&o.Delimiter)
	case "--header-row":
		o.HeaderRow, err = strconv.Atoi(value)
	case "--ref-column":
		o.RefColumn = value
	case "--end-date-column":
		o.EndDateColumn = value
	case "--where":
		set(&condition)
		o.Where = append(o.Where, condition)
	case "--ref-pad":
		set(&o.Repair.Pad)
	case "--ref-prefix":
		set(&o.Repair.Prefix)
	case "--date-format":
		o.Dates, err = written.ParseFormat(value)
	case "--timezone":
		set(&zone)
		o.Zone = zone.Location
	case "--except":
		o.Except = except(t, c.sections[value])
	case "--ref-map":
		o.Crosswalk = crosswalk(t, c.sections[value])
	default:
		t.Fatalf("no option %s", line)
	}
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
}
