package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// TestANightlyFolderThatIsKilledForAMonth runs a month of nights over a folder whose files
// come, grow and correct earlier ones. A night takes a part of a second: end dates are moments
// of the next nights. Many nights are killed at random moments. In the end everybody who has
// left is suspended for the last end date that the folder has (nothing lost), nobody was
// called before it (nobody early), and nobody again for the same one, but for the calls that
// were in flight when a run was killed (nothing twice).
func TestANightlyFolderThatIsKilledForAMonth(t *testing.T) {
	months := 1
	if soak {
		months = 20
	}
	for range months {
		t.Run("month", func(t *testing.T) { newMonth(t).play() })
	}
}

// month is a folder of a simulated month.
type month struct {
	*testing.T
	*bench
	rand   *rand.Rand
	dates  map[string]string // of each leaver, as the last file has it; "": taken away
	files  []string          // their texts, oldest first
	called map[string]int    // suspensions of each leaver that were checked
	kills  int
}

const (
	nightsOfMonth  = 30
	leaversOfNight = 25
	flight         = 8 // calls in flight at most
)

func newMonth(t *testing.T) *month {
	b := setUp(t, 0, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: time.Millisecond, Jitter: 3 * time.Millisecond})
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	m := &month{T: t, bench: b, rand: rand.New(rand.NewPCG(seed, 0)), dates: map[string]string{}, called: map[string]int{}}
	if err := os.Mkdir(filepath.Join(b.dir, "inbox"), 0o700); err != nil {
		t.Fatal(err)
	}
	return m
}

func (m *month) play() {
	start := time.Now()
	for night := range nightsOfMonth {
		m.change(night)
		m.night(m.rand.IntN(3) > 0)
		if m.Failed() {
			return
		}
	}
	<-time.After(time.Until(m.lastEnd())) // until all end dates have passed
	m.night(false)
	m.wantDone()
	s := m.Stats()
	m.Logf("%d leavers, %d kills: %d repeats in %s", len(m.dates), m.kills, s.Repeats, time.Since(start).Round(time.Millisecond))
	if m.kills < nightsOfMonth/4 {
		m.Errorf("only %d nights were killed", m.kills)
	}
}

// change adds a file, makes the last one grow, or both: new leavers, and corrections of
// earlier ones, of which each file has one for a leaver.
func (m *month) change(night int) {
	if night == 0 || m.rand.IntN(2) == 0 {
		m.files = append(m.files, "ref,endDate\n")
	}
	last := &m.files[len(m.files)-1]
	for i := range leaversOfNight {
		m.add(last, fmt.Sprintf("E%02d-%02d", night, i))
	}
	for range m.rand.IntN(4) {
		ref := fmt.Sprintf("E%02d-%02d", m.rand.IntN(night+1), m.rand.IntN(leaversOfNight))
		if !strings.Contains(*last, ref) {
			m.add(last, ref)
		}
	}
	for i, text := range m.files {
		path := filepath.Join(m.dir, "inbox", fmt.Sprintf("%03d.csv", i))
		hour := time.Now().Add(-time.Hour)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			m.Fatal(err)
		}
		if err := os.Chtimes(path, hour, hour); err != nil {
			m.Fatal(err)
		}
	}
}

// add adds a leaver to a file, with an end date of the last or one of the next nights; of a
// leaver who is known it may be taken away.
func (m *month) add(file *string, ref string) {
	_, known := m.dates[ref]
	date := time.Now().Add(time.Duration(m.rand.IntN(1500)-300) * time.Millisecond).UTC().Format("2006-01-02T15:04:05.000Z")
	if known && m.rand.IntN(4) == 0 {
		date = ""
	}
	m.dates[ref] = date
	*file += ref + "," + date + "\n"
}

func (m *month) lastEnd() (last time.Time) {
	for _, date := range m.dates {
		if at, err := time.Parse(time.RFC3339, date); err == nil && at.After(last) {
			last = at
		}
	}
	return last
}

// night runs over the folder, and perhaps kills the run at a random moment.
func (m *month) night(kill bool) {
	p := m.command(basic(thrivetest.DefaultSecret))
	p.Cmd.Args = []string{"offboard", "run", "inbox", "--resume", "--report", "ledger.csv", "--yes", "--progress", "none", "--rate", "0"}
	before := m.Stats()
	p.begin(m.T)
	killed := false
	if kill {
		if m.rand.IntN(4) == 0 {
			<-time.After(time.Duration(m.rand.IntN(60)) * time.Millisecond)
		} else {
			want, until := before.Suspends+1+m.rand.IntN(leaversOfNight), time.Now().Add(200*time.Millisecond)
			for m.Stats().Suspends < want && time.Now().Before(until) {
				<-time.After(time.Millisecond)
			}
		}
		_ = p.Process.Kill() // it may have ended
	}
	err := p.Wait()
	if code := p.ProcessState.ExitCode(); code == -1 {
		killed = true
		m.kills++
		<-time.After(10 * time.Millisecond) // for the simulator to finish the calls of the killed run
	} else if code != 0 && code != 3 { // 3: end dates that were taken away
		m.Errorf("%v\n%s", err, p.output.String())
	}
	if repeats := m.check(); repeats > 0 && m.kills == 0 || repeats > flight*m.kills {
		m.Errorf("%d repeats after %d kills, the last one tonight: %t", repeats, m.kills, killed)
	}
}

// check checks the calls of a night, and returns how many calls in all were for an end date
// for which the leaver had been called before.
func (m *month) check() (repeats int) {
	for ref := range m.Suspended() {
		all, dates := m.Suspensions(ref), map[string]bool{}
		for i, s := range all {
			if dates[s.EndDate] {
				repeats++
			}
			dates[s.EndDate] = true
			if i < m.called[ref] {
				continue
			}
			end, err := time.Parse(time.RFC3339, s.EndDate)
			switch want, dateErr := time.Parse(time.RFC3339, m.dates[ref]); {
			case err != nil || dateErr != nil || !end.Equal(want):
				m.Errorf("%s is called for the end date %q, and the last file has %q", ref, s.EndDate, m.dates[ref])
			case s.At.Before(end):
				m.Errorf("%s is called at %s, before the end date %s", ref, s.At, s.EndDate)
			}
		}
		m.called[ref] = len(all)
	}
	return repeats
}

// wantDone checks that everybody is suspended for the last end date.
func (m *month) wantDone() {
	for ref, date := range m.dates {
		want, err := time.Parse(time.RFC3339, date)
		if err != nil {
			continue // taken away
		}
		all := m.Suspensions(ref)
		isDone := func(s thrivetest.Suspension) bool {
			at, err := time.Parse(time.RFC3339, s.EndDate)
			return err == nil && at.Equal(want)
		}
		done := false
		for _, s := range all {
			done = done || isDone(s)
		}
		if !done {
			m.Errorf("%s is not suspended for %s: %v", ref, date, all)
		}
	}
}
