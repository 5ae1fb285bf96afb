package run

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/plan"
	"offboard/pkg/thrive"
)

// randomInputs writes leavers.csv, and perhaps an old report and a second list, with
// duplicates, contradictions, doubts, and rows that cannot be used.
func randomInputs(t *testing.T, random *rand.Rand) []string {
	list := func(n int) string {
		var text strings.Builder
		text.WriteString("ref,endDate,status\n")
		for range n {
			ref := fmt.Sprintf("E%d", 1000+random.IntN(40))
			switch random.IntN(12) {
			case 0:
				ref = ""
			case 1:
				ref = []string{"..", "a\u0001b", strings.Repeat("x", 120), "#N/A", "Total"}[random.IntN(5)]
			}
			date := "2025-06-30"
			if random.IntN(4) == 0 {
				date = []string{"", "2025-06-29", "2030-01-01", "soon", "2026-06-30"}[random.IntN(5)]
			}
			fmt.Fprintf(&text, "%s,%s,%s\n", ref, date, []string{"left", "left", "active"}[random.IntN(3)])
		}
		return text.String()
	}
	files := map[string]string{"leavers.csv": list(5 + random.IntN(60))}
	paths := []string{"leavers.csv"}
	if random.IntN(3) == 0 {
		files["more.csv"] = list(1 + random.IntN(20))
		paths = append(paths, "more.csv")
	}
	if random.IntN(2) == 0 {
		text := header
		for i := range 1 + random.IntN(20) {
			outcome := []string{"suspended", "failed", "held", "pending", "invalid", "duplicate"}[random.IntN(6)]
			reason := map[string]string{"held": "odd-ref: a word", "invalid": "no"}[outcome]
			text += fmt.Sprintf("E%d,2025-06-30,%s,old.csv,%d,,,,2026-01-02T03:04:05Z,,%s\n", 1000+random.IntN(40), outcome, i+2, reason)
		}
		files["old.csv"] = text
		paths = append(paths, "old.csv")
	}
	inFolder(t, files)
	return paths
}

// TestTheShardsOfRandomInputsAreTheWholePlan plans random inputs with and without shards.
func TestTheShardsOfRandomInputsAreTheWholePlan(t *testing.T) {
	seeds := uint64(40)
	if soak {
		seeds = 2000
	}
	for seed := range seeds {
		random := rand.New(rand.NewPCG(seed, 18))
		s := settingsFor(randomInputs(t, random)...)
		s.Report = "ledger.csv"
		most := random.IntN(30)
		s.MaxLeavers = &most
		s.Accept = map[leaver.Doubt]int{leaver.StillActive: random.IntN(20), leaver.NoEndDate: plan.AnyNumber}
		whole := planned(t, s)
		all, totals, held := planned(t, s).rows, leaver.Tally{}, map[leaver.Doubt]int{}
		shardOf := map[string]int{}
		count := 1 + random.IntN(12)
		var together []string
		rate := 0.0
		for n := range count {
			s.Shard = Shard{n + 1, count}
			p := planned(t, s)
			if p.refused != whole.refused {
				t.Errorf("seed %d: %s is refused: %q; without shards: %q", seed, s.Shard, p.refused, whole.refused)
			}
			if len(p.rows) > 0 {
				rate += p.rate
			}
			for o, number := range p.totals {
				totals[o] += number
			}
			for kind, number := range p.held {
				held[kind] += number
			}
			for _, row := range p.rows {
				ref, _, _ := strings.Cut(row, "\t")
				if other, known := shardOf[ref]; ref != "" && known && other != n {
					t.Errorf("seed %d: %q is in two shards", seed, ref)
				}
				shardOf[ref] = n
			}
			together = append(together, p.rows...)
		}
		if rate > 100+1e-9 || rate < 100-1e-9 {
			t.Errorf("seed %d: the shards may make %g calls per second together", seed, rate)
		}
		slices.Sort(all)
		slices.Sort(together)
		if !slices.Equal(all, together) || !maps.Equal(totals, whole.totals) || !maps.Equal(held, whole.held) {
			t.Fatalf("seed %d, %d shards: %v, %v; without shards %v, %v\n%s\n\n%s", seed, count, totals, held, whole.totals, whole.held,
				strings.Join(together, "\n"), strings.Join(all, "\n"))
		}
	}
}

type plannedRows struct {
	rows    []string // of the decisions, with a tab behind the ref
	totals  leaver.Tally
	rate    float64 // that the run may use of 100
	held    map[leaver.Doubt]int
	refused string
}

func planned(t *testing.T, s Settings) plannedRows {
	t.Helper()
	r, err := Rehearse(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p := plannedRows{rate: r.Part.Rate(100), totals: r.Totals, held: map[leaver.Doubt]int{}}
	for d, err := range r.Decisions(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		p.rows = append(p.rows, fmt.Sprintf("%s\t%s %s %s %s %s %t", d.Ref, d.EndDate.Text, d.Place, d.Outcome, d.Reason, d.Earlier, d.Written))
	}
	kinds, err := r.Held(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range kinds {
		p.held[h.Doubt] = h.Count
	}
	if err := r.CheckMax(); err != nil {
		p.refused = err.Error()
	}
	return p
}

// counting is a service that counts who was suspended. It refuses some.
type counting struct {
	*httptest.Server
	mu    sync.Mutex
	calls map[string]int
}

func newCounting(t *testing.T) (*counting, Target) {
	c := &counting{calls: map[string]int{}}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		at := slices.IndexFunc(parts, func(p string) bool { return strings.HasPrefix(p, "E1") })
		if at < 0 {
			http.Error(w, "no such user", http.StatusNotFound)
			return
		}
		ref := parts[at]
		c.mu.Lock()
		defer c.mu.Unlock()
		if strings.HasSuffix(ref, "7") {
			http.Error(w, "refused", http.StatusConflict)
			return
		}
		c.calls[ref]++
		fmt.Fprintf(w, `{"ref":%q,"active":false}`, ref)
	}))
	t.Cleanup(c.Close)
	return c, Target{BaseURL: c.URL, Credentials: thrive.Basic{Tenant: "t", Secret: "s"}, UserAgent: "test"}
}

// reportLines returns what the lines of reports say, without what every run has of its own.
func reportLines(t *testing.T, paths ...string) []string {
	t.Helper()
	var all []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records[1:] {
			all = append(all, strings.Join([]string{r[0], r[1], r[2], r[3], r[4], r[10]}, "\t"))
		}
	}
	slices.Sort(all)
	return all
}

// TestTheLedgersOfShardsAreThatOfOneRun carries random inputs out, in one run and by
// shards; some of these are stopped early, and another number of shards goes on with their
// ledgers.
func TestTheLedgersOfShardsAreThatOfOneRun(t *testing.T) {
	seeds := uint64(8)
	if soak {
		seeds = 300
	}
	for seed := range seeds {
		random := rand.New(rand.NewPCG(seed, 19))
		paths := randomInputs(t, random)
		alone, target := newCounting(t)
		s := settingsFor(paths...)
		s.Report = "alone.csv"
		carriedOut(t, s, target)

		service, target := newCounting(t)
		s.Report = "ledger.csv"
		ledgers := shards(t, s, target, 2+random.IntN(9), func() int { return 1000 })
		if got, want := reportLines(t, ledgers...), reportLines(t, "alone.csv"); !slices.Equal(got, want) {
			t.Fatalf("seed %d: the ledgers have\n%s\nwant\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if !maps.Equal(service.calls, alone.calls) {
			t.Fatalf("seed %d: called %v, want %v", seed, service.calls, alone.calls)
		}

		service, target = newCounting(t)
		s.Report = "first.csv"
		ledgers = shards(t, s, target, 2+random.IntN(9), func() int { return random.IntN(4) })
		s.Paths, s.Report, s.Resume = append(slices.Clone(paths), ledgers...), "alone-second.csv", true
		before := maps.Clone(service.calls)
		carriedOut(t, s, target)
		alone.calls, service.calls = service.calls, before
		s.Report = "second.csv"
		second := shards(t, s, target, 1+random.IntN(5), func() int { return 1000 })
		if !maps.Equal(service.calls, alone.calls) {
			t.Fatalf("seed %d: with another number of shards called %v, want %v", seed, service.calls, alone.calls)
		}
		for ref, n := range service.calls {
			if n > 1 {
				t.Errorf("seed %d: %s was suspended %d times", seed, ref, n)
			}
		}
		if got, want := reportLines(t, second...), reportLines(t, "alone-second.csv"); !slices.Equal(got, want) {
			t.Fatalf("seed %d: the second ledgers have\n%s\nwant\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// shards carries out all shards of a plan, or the whole plan if they are 0; each stops after
// so many calls. It returns the paths of their reports.
func shards(t *testing.T, s Settings, target Target, count int, calls func() int) []string {
	t.Helper()
	var paths []string
	for n := range max(1, count) {
		if s.Shard = (Shard{}); count > 0 {
			s.Shard = Shard{n + 1, count}
		}
		r, err := Prepare(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		intake, stop := context.WithCancelCause(t.Context())
		most, c := calls(), conduct()
		c.Concurrency = 1
		c.Show = func(p *Progress) func() {
			p.Watch(func(n Counts) {
				if n.Called >= most {
					stop(errors.New("stopped by the test"))
				}
			})
			return func() {}
		}
		if most == 0 {
			stop(errors.New("stopped by the test"))
		}
		_, _ = r.CarryOut(intake, t.Context(), target, c)
		stop(nil)
		paths = append(paths, r.ReportPath)
		closed(t, r, nil)
	}
	return paths
}

// TestAnotherNumberOfShardsGoesOnWithLedgers has everybody done once, and each leaver who is
// held and each row that cannot be used in one of the new ledgers.
func TestAnotherNumberOfShardsGoesOnWithLedgers(t *testing.T) {
	var text strings.Builder
	text.WriteString("ref,endDate\n")
	for i := range 60 {
		ref, date := fmt.Sprintf("E%d", 1000+10*i), "2025-06-30" // nobody is refused
		switch i % 6 {
		case 3:
			date = "" // held
		case 4:
			ref = "" // invalid
		}
		fmt.Fprintf(&text, "%s,%s\n", ref, date)
	}
	inFolder(t, map[string]string{"leavers.csv": text.String()})
	service, target := newCounting(t)
	s := settingsFor("leavers.csv")
	s.Report = "first.csv"
	first := shards(t, s, target, 10, func() int { return 2 })
	if n := len(service.calls); n == 0 || n == 40 {
		t.Fatalf("the first shards have called %d", n)
	}
	s.Paths, s.Report, s.Resume = append([]string{"leavers.csv"}, first...), "second.csv", true
	second := shards(t, s, target, 4, func() int { return 1000 })
	if len(service.calls) != 40 {
		t.Errorf("%d leavers were suspended, want 40", len(service.calls))
	}
	for ref, n := range service.calls {
		if n != 1 {
			t.Errorf("%s was suspended %d times", ref, n)
		}
	}
	in := map[string]map[string]bool{} // ledgers, by leaver or row
	for _, path := range second {
		for _, line := range reportLines(t, path) {
			f := strings.Split(line, "\t")
			who := cmp.Or(f[0], f[3]+":"+f[4])
			if in[who] == nil {
				in[who] = map[string]bool{}
			}
			in[who][path] = true
		}
	}
	if len(in) != 60 {
		t.Errorf("%d rows have a line, want 60", len(in))
	}
	for who, paths := range in {
		if len(paths) != 1 {
			t.Errorf("%s is in %v", who, paths)
		}
	}
}

func TestWhatAShardMayDoOfTheWhole(t *testing.T) {
	var text strings.Builder
	text.WriteString("ref\n")
	for i := range 200 {
		fmt.Fprintf(&text, "E%d\n", 1000+i)
	}
	inFolder(t, map[string]string{"leavers.csv": text.String()})
	calls := 0
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls++; calls > 3 { // nothing is at the same time
			http.Error(w, "slow down", http.StatusTooManyRequests)
			return
		}
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		ref := parts[slices.IndexFunc(parts, func(p string) bool { return strings.HasPrefix(p, "E1") })]
		fmt.Fprintf(w, `{"ref":%q,"active":false}`, ref)
	}))
	t.Cleanup(web.Close)
	s := settingsFor("leavers.csv")
	s.Shard = Shard{1, 4}
	r, err := Prepare(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	c := conduct()
	c.Rate, c.Concurrency = 400, 1
	if c.MaxFailures, err = batch.ParseLimit("20"); err != nil {
		t.Fatal(err)
	}
	c.Show = func(p *Progress) func() {
		if want := 2 * float64(r.Totals.Total()); p.Limits.Ceiling != want {
			t.Errorf("the ceiling is %g per second, want %g for %v", p.Limits.Ceiling, want, r.Totals)
		}
		return func() {}
	}
	ended, err := r.CarryOut(t.Context(), t.Context(), Target{BaseURL: web.URL, Credentials: thrive.Basic{Tenant: "t", Secret: "s"}, UserAgent: "test"}, c)
	if failures, ok := errors.AsType[*batch.TooManyFailuresError](err); !ok || failures.Failed != 5 || ended.Rows[leaver.Failed] != 5 {
		t.Errorf("got %v and %v; want to stop at 5 failures", err, ended.Rows)
	}
	closed(t, r, nil)
}
