package run

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// TestAYearOfNightsOverAFolder runs every night of a year over one folder, half an hour after
// midnight, so over both changes of the clocks; in Havana they are at midnight. Exports come,
// grow, correct what earlier ones say, and are removed when they are old. Each leaver is called
// in the first night after their last day, in none before it, and once for each end date. The
// short form has two zones only in the weeks around the changes.
func TestAYearOfNightsOverAFolder(t *testing.T) {
	for i, zone := range []string{"Europe/Berlin", "America/New_York", "America/Havana"} {
		t.Run(zone, func(t *testing.T) {
			where, err := time.LoadLocation(zone)
			if err != nil {
				t.Skip(err)
			}
			inFolder(t, nil)
			if err := os.Mkdir("inbox", 0o700); err != nil {
				t.Fatal(err)
			}
			y := &year{T: t, rand: rand.New(rand.NewPCG(uint64(i), 7)), zone: where, files: map[string][]mention{}, done: map[mention]bool{}}
			server := thrivetest.New(thrivetest.Options{AnyRef: true, Now: func() time.Time { return y.now }})
			web := httptest.NewServer(server)
			t.Cleanup(web.Close)
			y.target = Target{BaseURL: web.URL, Credentials: thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret}, UserAgent: "test"}
			for night := range 366 {
				if aroundChanges := night > 60 && night < 92 || night > 290 && night < 316; zone != "Europe/Berlin" && !soak && !aroundChanges {
					continue
				}
				y.now = time.Date(2026, 1, 1+night, 0, 30, 0, 0, where)
				y.day(night)
				y.night(server)
				if t.Failed() {
					t.Fatalf("night of %s", y.now)
				}
			}
			if len(y.done) < 40 || y.corrected < 5 {
				t.Errorf("%d suspensions and %d corrections: the year proves little", len(y.done), y.corrected)
			}
		})
	}
}

type year struct {
	*testing.T
	rand   *rand.Rand
	zone   *time.Location
	now    time.Time
	target Target

	files     map[string][]mention // by name
	fresh     string               // the file that has just changed tonight; "": none
	refs      int
	corrected int
	done      map[mention]bool
}

// day changes the folder before a night.
func (y *year) day(night int) {
	y.fresh = ""
	y.remove(night)
	week := fmt.Sprintf("2026-w%02d.csv", night/7)
	for range y.rand.IntN(4) {
		y.refs++
		y.write(week, mention{fmt.Sprintf("E%d", 1000+y.refs), y.date(night)})
	}
	if y.refs == 0 || y.rand.IntN(5) > 0 {
		return
	}
	// A correction in a file of its own, which is the last one until next week; or in the
	// file in which the leaver stands, if nothing later speaks of them.
	ref := fmt.Sprintf("E%d", 1000+1+max(0, y.refs-1-y.rand.IntN(40)))
	date := y.date(night)
	if y.rand.IntN(5) == 0 {
		date = ""
	}
	y.corrected++
	if last := y.last(ref); last == week {
		at := slices.IndexFunc(y.files[last], func(m mention) bool { return m.ref == ref })
		y.files[last][at].date = date
		y.save(last)
		return
	}
	y.write(fmt.Sprintf("2026-w%02dcorrections%d.csv", night/7, night), mention{ref, date})
	if y.rand.IntN(5) == 0 {
		y.fresh = fmt.Sprintf("2026-w%02dcorrections%d.csv", night/7, night)
	}
}

// remove removes files of old weeks, the oldest ones first.
func (y *year) remove(night int) {
	oldest := fmt.Sprintf("2026-w%02d", max(0, night/7-7))
	for name := range y.files {
		if name < oldest {
			delete(y.files, name)
			if err := os.Remove(filepath.Join("inbox", name)); err != nil {
				y.Fatal(err)
			}
		}
	}
}

// date returns an end date not far from a night.
func (y *year) date(night int) string {
	return time.Date(2026, 1, 1+night-3+y.rand.IntN(40), 12, 0, 0, 0, y.zone).Format(time.DateOnly)
}

func (y *year) write(name string, m mention) {
	y.files[name] = append(y.files[name], m)
	y.save(name)
}

func (y *year) save(name string) {
	var text strings.Builder
	text.WriteString("ref,endDate\n")
	for _, m := range y.files[name] {
		fmt.Fprintf(&text, "%s,%s\n", m.ref, m.date)
	}
	if err := os.WriteFile(filepath.Join("inbox", name), []byte(text.String()), 0o600); err != nil {
		y.Fatal(err)
	}
}

// last returns the last file that speaks of a leaver, without the one that has just changed.
func (y *year) last(ref string) (last string) {
	for name, list := range y.files {
		if name > last && name != y.fresh && slices.ContainsFunc(list, func(m mention) bool { return m.ref == ref }) {
			last = name
		}
	}
	return last
}

// expected returns who is to be called tonight.
func (y *year) expected() map[mention]bool {
	expected := map[mention]bool{}
	for i := range y.refs {
		ref := fmt.Sprintf("E%d", 1001+i)
		for _, m := range y.files[y.last(ref)] {
			if m.ref == ref && m.date != "" && m.date < y.now.In(y.zone).Format(time.DateOnly) && !y.done[m] {
				expected[m] = true
			}
		}
	}
	return expected
}

// night is one run over the folder.
func (y *year) night(server *thrivetest.Server) {
	for name := range y.files {
		changed := y.now.Add(-time.Hour)
		if name == y.fresh {
			changed = y.now.Add(-30 * time.Second)
		}
		if err := os.Chtimes(filepath.Join("inbox", name), changed, changed); err != nil {
			y.Fatal(err)
		}
	}
	expected := y.expected()
	s := settingsFor("inbox")
	s.Report, s.Resume, s.Now, s.Options.Now, s.Options.Zone, s.Settle = "ledger.csv", true, y.now, y.now, y.zone, time.Minute
	r, err := Prepare(y.Context(), s)
	if err != nil {
		y.Fatal(err)
	}
	if unread := r.Folders.Unread(); len(unread) > 0 {
		y.Fatal(unread)
	}
	if recent := r.Folders.Recent(); (y.fresh != "") != (len(recent) == 1) {
		y.Errorf("%q have just changed, and %q are left", y.fresh, recent)
	}
	c := conduct()
	c.Now = func() time.Time { return y.now }
	if _, err = r.CarryOut(y.Context(), y.Context(), y.target, c); err != nil {
		y.Error(err)
	}
	closed(y.T, r, nil)
	if got := y.called(server); !maps.Equal(got, expected) {
		y.Errorf("called %v, want %v", got, expected)
	}
	maps.Copy(y.done, expected)
}

// called returns who was called tonight.
func (y *year) called(server *thrivetest.Server) map[mention]bool {
	called := map[mention]bool{}
	for i := range y.refs {
		ref := fmt.Sprintf("E%d", 1001+i)
		for _, one := range server.Suspensions(ref) {
			if !one.At.Equal(y.now) {
				continue
			}
			at, err := time.Parse(time.RFC3339, one.EndDate)
			if err != nil {
				y.Fatal(err)
			}
			m := mention{ref, at.In(y.zone).Format(time.DateOnly)}
			if called[m] {
				y.Errorf("%v is called twice", m)
			}
			called[m] = true
		}
	}
	return called
}
