package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"offboard/internal/batch"
	"offboard/internal/leaver"
)

func TestParseShard(t *testing.T) {
	for text, want := range map[string]Shard{"1/1": {1, 1}, "3/10": {3, 10}, "10/10": {10, 10}} {
		if got, err := ParseShard(text); err != nil || got != want || got.String() != text {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "3", "0/10", "11/10", "-1/10", "3/0", "a/10", "3/b", "3/10/2", "3 / 10"} {
		if got, err := ParseShard(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestFilesAreNamedByTheShard(t *testing.T) {
	tests := []struct {
		shard      Shard
		path, want string
	}{
		{Shard{3, 10}, "ledger.csv", "ledger.03-of-10.csv"},
		{Shard{10, 10}, "a.b/ledger.csv", "a.b/ledger.10-of-10.csv"},
		{Shard{3, 4}, "june.report.jsonl", "june.report.3-of-4.jsonl"},
		{Shard{1, 1}, "ledger", "ledger.1-of-1"},
		{Shard{7, 1000}, "x/summary.json", "x/summary.0007-of-1000.json"},
	}
	for _, tt := range tests {
		got := tt.shard.Path(tt.path)
		if base, s := parseShardPath(got); got != tt.want || base != tt.path || s != tt.shard {
			t.Errorf("%s of %s is %s, want %s; that is read as %s of %v", tt.path, tt.shard, got, tt.want, base, s)
		}
	}
	if got := (Shard{}).Path("ledger.csv"); got != "ledger.csv" {
		t.Errorf("the whole plan has the report %s", got)
	}
	for _, path := range []string{"ledger.csv", "3-of-10", "ledger.3-of-10.csv", "ledger.11-of-10.csv", "ledger.003-of-010.csv", "ledger.a-of-b.csv", ".3-of-4x"} {
		if base, s := parseShardPath(path); base != path || !s.IsWhole() {
			t.Errorf("%s is read as %s of %v", path, base, s)
		}
	}
}

func TestReportsOfShardsThatAreMissing(t *testing.T) {
	tests := []struct {
		name  string
		paths []string
		want  []string
	}{
		{"no shards", []string{"a.csv", "b.csv"}, []string{}},
		{"all of them, in any order", []string{"a.2-of-3.csv", "a.3-of-3.csv", "./a.1-of-3.csv"}, []string{}},
		{"the last one", []string{"a.1-of-3.csv", "a.2-of-3.csv"}, []string{"a.3-of-3.csv"}},
		{"two numbers of shards, and a report", []string{"a.1-of-2.csv", "a.2-of-2.csv", "x/a.1-of-3.csv", "a.csv", "x/a.3-of-3.csv"}, []string{"x/a.2-of-3.csv"}},
		{"of another kind", []string{"a.1-of-2.csv", "a.2-of-2.jsonl"}, []string{"a.2-of-2.csv", "a.1-of-2.jsonl"}},
	}
	for _, tt := range tests {
		if got := MissingShards(tt.paths); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestWhichShardHasARef names some, because a program of another version has to agree.
func TestWhichShardHasARef(t *testing.T) {
	for ref, want := range map[string]int{"E1": 9, "00042": 7, "Ö-7": 4} {
		row := leaver.Row{Leaver: leaver.Leaver{Ref: ref}}
		for n := range 10 {
			if s := (Shard{n + 1, 10}); s.Has(row) != (n+1 == want) {
				t.Errorf("%s: %s has it: %t, want shard %d", ref, s, s.Has(row), want)
			}
		}
	}
	var sizes [10]int
	for i := range 10_000 {
		row := leaver.Row{Leaver: leaver.Leaver{Ref: fmt.Sprintf("E%07d", i)}}
		for n := range sizes {
			if (Shard{n + 1, 10}).Has(row) {
				sizes[n]++
			}
		}
	}
	if slices.Min(sizes[:]) < 900 || slices.Max(sizes[:]) > 1100 {
		t.Errorf("the shards of 10,000 refs have %v", sizes)
	}
}

func TestWhatShardsDivide(t *testing.T) {
	whole := batch.UsualBrakes()
	for _, tt := range []struct {
		shard Shard
		want  batch.Brakes
	}{
		{Shard{}, whole},
		{Shard{1, 1}, whole},
		{Shard{1, 2}, batch.Brakes{Firsts: 10, Forbidden: 5, Tried: 10}},
		{Shard{1, 10}, batch.Brakes{Firsts: 4, Forbidden: 3, Tried: 5}},
		{Shard{1, 100}, batch.Brakes{Firsts: 4, Forbidden: 3, Tried: 5}},
	} {
		if got := tt.shard.brakes(); got != tt.want {
			t.Errorf("%v: %+v", tt.shard, got)
		}
	}
	for _, tt := range []struct {
		part Part
		rate float64
	}{
		{Part{}, 100},
		{Part{Shard: Shard{1, 1}, rows: 7, all: 7}, 100},
		{Part{Shard: Shard{1, 10}, rows: 110, all: 1000}, 11},
		{Part{Shard: Shard{1, 10}, all: 1000}, 10},
	} {
		if got := tt.part.Rate(100); got != tt.rate || tt.part.Rate(0) != 0 {
			t.Errorf("%+v: %g per second", tt.part, got)
		}
	}
}

func TestReportsThatDoNotGoWithShards(t *testing.T) {
	old := header + "E1,,suspended,june.csv,2,200,1,80,2026-01-02T03:04:05Z,,\n"
	tests := []struct {
		name   string
		files  map[string]string
		inputs []string
		report string
		want   any // the error; nil: none
	}{
		{"a new one", nil, nil, "ledger.csv", nil},
		{"in a folder", map[string]string{"a/ledger.1-of-4.csv": old}, nil, "ledger.csv", nil},
		{"ledgers of another number of shards", map[string]string{"ledger.1-of-4.csv": old}, nil, "ledger.csv", new(*OtherShardsError)},
		{"the ledger of a run without shards", map[string]string{"ledger.csv": old}, nil, "ledger.csv", new(*OtherShardsError)},
		{"these as inputs", map[string]string{"ledger.1-of-4.csv": old}, []string{"ledger.1-of-4.csv"}, "ledger.csv", nil},
		{"the ledger of a shard of this run as an input", map[string]string{"ledger.03-of-10.csv": old}, []string{"ledger.03-of-10.csv"}, "./ledger.csv", new(*OwnShardsError)},
		{"the default name", map[string]string{"june.report.1-of-4.csv": old}, nil, "", new(*OtherShardsError)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"june.csv": "ref\nE1\n"}
			maps.Copy(files, tt.files)
			inFolder(t, files)
			s := settingsFor(append([]string{"june.csv"}, tt.inputs...)...)
			s.Report, s.Resume, s.Shard = tt.report, true, Shard{2, 10}
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				r, err := plan(t.Context(), s)
				switch {
				case tt.want == nil:
					closed(t, r, err)
					if want := (Shard{2, 10}).Path(filepath.Clean(tt.report)); filepath.Clean(r.ReportPath) != want {
						t.Errorf("the report is %s, want %s", r.ReportPath, want)
					}
				case err == nil || !errors.As(err, tt.want):
					t.Errorf("got %v, want %T", err, tt.want)
				}
			})
		})
	}
	inFolder(t, map[string]string{"old.csv": old})
	s := settingsFor("old.csv")
	s.Shard = Shard{2, 10}
	if _, err := Rehearse(t.Context(), s); !errors.As(err, new(*ReportNameError)) {
		t.Errorf("in place: got %v", err)
	}
}

// TestShardsAskForTheShareOfTheWholePlan has 12 leavers in a tenant of 6,000 users, of whom
// the first page of the list has 1,000.
func TestShardsAskForTheShareOfTheWholePlan(t *testing.T) {
	refs := make([]string, 6000)
	for i := range refs {
		refs[i] = fmt.Sprintf("E%04d", i)
	}
	_, target := simulator(t, refs...)
	text := "ref\n"
	for i := range 12 {
		text += refs[500*i] + "\n"
	}
	for share, refused := range map[float64]bool{0.01: false, 0.001: true} {
		leavers := 0
		for n := range 4 {
			inFolder(t, map[string]string{"leavers.csv": text})
			s := settingsFor("leavers.csv")
			s.Shard = Shard{n + 1, 4}
			r, err := Rehearse(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Check(t.Context(), t.Context(), target, conduct(), Checking{MaxShare: share}); err != nil {
				t.Fatal(err)
			}
			err = r.CheckMax()
			large, is := errors.AsType[*ShareError](err)
			nobody := r.Totals[leaver.Pending] == 0 // a shard that calls nobody asks nothing
			if is != (refused && !nobody) || is && large.Leavers != 12 {
				t.Errorf("%s of %g: got %v, refused: %t", s.Shard, share, err, refused)
			}
			leavers += r.Totals[leaver.Pending]
			closed(t, r, nil)
		}
		if leavers != 12 {
			t.Errorf("all shards suspend %d leavers", leavers)
		}
	}
}
