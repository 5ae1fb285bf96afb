package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/pkg/thrive"
)

// TestRandomNights makes random histories of runs that go on with reports, and checks each
// of them against a model that keeps everything: nobody is called who is not in the
// input with this end date, or whose end dates contradict each other there; nobody is called
// again for an end date for which a report says that they are
// done, unless the account is active again since, nobody twice in one run, and whoever was
// called for is in the report for ever. A run of a list calls everybody in it who is due and
// not done, and a run of a report alone everybody in it who is active again.
func TestRandomNights(t *testing.T) {
	histories := 60
	if soak {
		histories = 2000
	}
	for seed := range uint64(histories) {
		inFolder(t, nil)
		h := &nights{T: t, rand: rand.New(rand.NewPCG(seed, 3)), reports: map[string]*memory{}}
		h.serve()
		for range 3 + h.rand.IntN(6) {
			h.night()
			h.ask()
			if t.Failed() {
				t.Fatalf("history %d:\n%s", seed, strings.Join(h.told, "\n"))
			}
			h.change()
		}
	}
}

type nights struct {
	*testing.T
	rand    *rand.Rand
	target  Target
	list    []mention
	reports map[string]*memory // by path
	told    []string           // what was done, for a person
	events  int                // of all memories

	mu     sync.Mutex
	calls  []call // of this night
	server *rand.Rand
}

type mention struct{ ref, date string }

type call struct {
	mention
	suspended bool
}

// memory is all that was ever done in a report, or in one that it was made from.
type memory struct {
	called map[string]bool // refs
	// done has the last event by which a leaver was done for an end date, and back the last
	// one by which they were active again.
	done, back map[mention]int
}

func newMemory() memory { return memory{map[string]bool{}, map[mention]int{}, map[mention]int{}} }

// add adds what another memory has.
func (m memory) add(other memory) {
	maps.Copy(m.called, other.called)
	later(m.done, other.done)
	later(m.back, other.back)
}

// later adds events, of which the later ones count.
func later(to, from map[mention]int) {
	for who, event := range from {
		to[who] = max(to[who], event)
	}
}

// isDone tells whether a leaver may not be called for an end date.
func (m memory) isDone(who mention) bool { return m.done[who] > m.back[who] }

// event returns the number of a new event.
func (h *nights) event() int {
	h.events++
	return h.events
}

var nightDates = []string{"2025-06-30", "2025-06-30", "2025-07-01", "2026-03-31", "2030-01-01", "soon", ""}

func (h *nights) mention() mention {
	ref := fmt.Sprintf("E%d", 1000+h.rand.IntN(9))
	if h.rand.IntN(4) == 0 {
		return mention{ref, nightDates[h.rand.IntN(len(nightDates))]}
	}
	return mention{ref, nightDates[int(ref[4])%3]}
}

// serve answers calls at random.
func (h *nights) serve() {
	h.server = rand.New(rand.NewPCG(h.rand.Uint64(), 4))
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var sent struct {
			EndDate string `json:"endDate"`
		}
		_ = json.Unmarshal(body, &sent)
		date, _, _ := strings.Cut(sent.EndDate, "T")
		parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
		ref := parts[slices.IndexFunc(parts, func(p string) bool { return strings.HasPrefix(p, "E1") })]
		h.mu.Lock()
		defer h.mu.Unlock()
		n := h.server.IntN(10)
		h.calls = append(h.calls, call{mention{ref, date}, n < 6})
		switch {
		case n < 6:
			fmt.Fprintf(w, `{"ref":%q,"active":false}`, ref)
		case n < 8:
			http.Error(w, "broken", http.StatusInternalServerError)
		default:
			http.Error(w, "refused", http.StatusConflict)
		}
	}))
	h.Cleanup(web.Close)
	h.target = Target{BaseURL: web.URL, Credentials: thrive.Basic{Tenant: "t", Secret: "s"}, UserAgent: "test"}
}

// night is one run.
func (h *nights) night() {
	var text strings.Builder
	text.WriteString("ref,endDate\n")
	for _, m := range h.list {
		fmt.Fprintf(&text, "%s,%s\n", m.ref, m.date)
	}
	if err := os.WriteFile("list.csv", []byte(text.String()), 0o600); err != nil {
		h.Fatal(err)
	}
	s := settingsFor("list.csv")
	s.Report, s.Resume = []string{"a.csv", "a.csv", "b.jsonl"}[h.rand.IntN(3)], true
	s.Unfinished = h.rand.IntN(3) == 0
	known := slices.Sorted(maps.Keys(h.reports))
	switch n := h.rand.IntN(10); {
	case n == 0 && len(known) > 0: // a report in place
		s.Paths, s.Report = []string{known[h.rand.IntN(len(known))]}, ""
	case n == 1 && len(known) > 1: // several together, into a new one
		s.Paths, s.Report = known, fmt.Sprintf("c%d.csv", len(known))
	case n == 2 && len(known) > 0: // tonight's list and an old report
		s.Paths = append(s.Paths, known[h.rand.IntN(len(known))])
	}
	s.Accept = map[leaver.Doubt]int{}
	for _, kind := range leaver.DoubtKinds() {
		s.Accept[kind] = -1
	}
	h.carryOut(s)
}

// carryOut carries out a run, or a part of it, and checks it.
func (h *nights) carryOut(s Settings) {
	before := h.before(s)
	h.calls = nil
	r, err := Prepare(h.Context(), s)
	if err != nil {
		if len(h.list) == 0 { // an empty list is refused
			return
		}
		h.Fatalf("%v: %v", s.Paths, err)
	}
	c := conduct()
	c.MaxAttempts, c.First = 1, h.rand.IntN(3)*h.rand.IntN(4)
	intake, stop := context.WithCancelCause(h.Context())
	cut := h.rand.IntN(12)
	c.Show = func(p *Progress) func() {
		p.Watch(func(n Counts) {
			if n.Called == cut {
				stop(errors.New("stopped by the test"))
			}
		})
		return func() {}
	}
	h.told = append(h.told, fmt.Sprintf("%v into %s, unfinished %t, first %d, stopped after %d: %v", s.Paths, r.ReportPath, s.Unfinished, c.First, cut, h.list))
	_, err = r.CarryOut(intake, h.Context(), h.target, c)
	stop(nil)
	path := r.ReportPath
	closed(h.T, r, nil)
	if err == nil && c.First == 0 {
		h.checkCalled(before.expected)
	}
	h.check(path, before)
}

// prospect is what is known before a run: what its reports say, and who is in its inputs.
type prospect struct {
	memory
	allowed  map[mention]bool
	refused  map[string]bool // refs that have several end dates in the list
	expected []mention       // they are called if the run does not stop
}

// before returns what is known before a run.
func (h *nights) before(s Settings) (all prospect) {
	all.memory, all.allowed, all.refused = newMemory(), map[mention]bool{}, map[string]bool{}
	if s.Report == "" {
		all.expected = h.activeAgain(s.Paths[0], s.Now)
	}
	paths := slices.Clone(s.Paths)
	if s.Report != "" {
		paths = append(paths, s.Report)
	}
	for _, path := range paths {
		if path == "list.csv" {
			for _, m := range h.list {
				all.allowed[m] = true
				all.refused[m.ref] = slices.ContainsFunc(h.list, func(o mention) bool { return o.ref == m.ref && o.date != m.date })
			}
			continue
		}
		if m := h.reports[path]; m != nil {
			all.add(*m)
		}
		if s.Unfinished || slices.Contains(s.Paths, path) {
			for _, line := range h.standing(path) {
				all.allowed[mention{line.Ref, line.EndDate.Text}] = true
			}
		}
	}
	if slices.Equal(s.Paths, []string{"list.csv"}) {
		for _, m := range h.list {
			if !all.refused[m.ref] && !all.isDone(m) && isDue(m, s.Now) {
				all.expected = append(all.expected, m)
			}
		}
	}
	return all
}

// isDue tells whether the end date of a mention has passed.
func isDue(m mention, now time.Time) bool {
	d, err := leaver.ParseEndDate(m.date, time.UTC)
	return m.date == "" || err == nil && d.Passed(now)
}

// standing returns the lines of a report that count; none if there is no report.
func (h *nights) standing(path string) (all []leaver.Result) {
	r, err := OpenReports(h.Context(), []string{path}, time.UTC, "")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		h.Fatal(err)
	}
	defer r.Close()
	for line, err := range r.Lines(h.Context()) {
		if err != nil {
			h.Fatal(err)
		}
		all = append(all, line)
	}
	return all
}

// check checks who was called, and what the report says.
func (h *nights) check(path string, before prospect) {
	m := h.reports[path]
	if m == nil {
		fresh := newMemory()
		m = &fresh
		h.reports[path] = m
	}
	later(m.done, before.done)
	later(m.back, before.back)
	called := map[string]bool{} // and suspended
	for _, c := range h.calls {
		h.told = append(h.told, fmt.Sprintf("  called for %v, suspended %t", c.mention, c.suspended))
		switch {
		case called[c.ref]: // a refusal is asked for once more
			h.Errorf("%s is called again in a run, and was suspended", c.ref)
		case !before.allowed[c.mention]:
			h.Errorf("%v is called, and is not in the input", c.mention)
		case before.refused[c.ref]:
			h.Errorf("%s is called, and has several end dates in the list", c.ref)
		case before.isDone(c.mention):
			h.Errorf("%v is called again, and was done", c.mention)
		}
		m.called[c.ref] = true
		if c.suspended {
			called[c.ref] = true
			m.done[c.mention] = h.event()
		}
	}
	stands := map[string]leaver.Result{}
	for _, line := range h.standing(path) {
		h.told = append(h.told, fmt.Sprintf("  %s %s %q %s", line.Place, line.Ref, line.EndDate.Text, line.Outcome))
		if line.Outcome.AboutRow() && line.Outcome != leaver.Excluded {
			continue
		}
		stands[line.Ref] = line
		if line.Outcome.Closed() && m.done[mention{line.Ref, line.EndDate.Text}] == 0 {
			h.Errorf("%s is %s in %s, and nobody was", line.Ref, line.Outcome, path)
		}
	}
	// A leaver of another report may be invalid in this one, with the list of tonight.
	for ref := range before.called {
		if _, known := stands[ref]; known {
			m.called[ref] = true
		}
	}
	for ref := range m.called {
		if _, known := stands[ref]; !known {
			h.Errorf("%s was called for, and %s has forgotten it", ref, path)
		}
	}
}

// change edits the list between two nights.
func (h *nights) change() {
	for range h.rand.IntN(4) {
		at := 0
		if len(h.list) > 0 {
			at = h.rand.IntN(len(h.list))
		}
		switch n := h.rand.IntN(6); {
		case n <= 1 || len(h.list) == 0:
			h.list = append(h.list, h.mention())
		case n == 2:
			h.list[at].date = nightDates[h.rand.IntN(len(nightDates))]
		case n == 3:
			h.list = slices.Delete(h.list, at, at+1)
		case n == 4:
			h.rand.Shuffle(len(h.list), func(i, j int) { h.list[i], h.list[j] = h.list[j], h.list[i] })
		default:
			for i := range h.list {
				h.list[i] = h.mention()
			}
		}
	}
}
