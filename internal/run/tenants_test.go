package run

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/pace"
	"offboard/internal/plan"
	"offboard/internal/tenant"
	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// TestRandomTenants asks random tenants about random leavers, while users are added,
// removed, moved and changed, fields are missing or have other types, and reads fail. It
// checks what the check says, what the plan makes of it, and which calls were made against
// a model that knows every answer.
func TestRandomTenants(t *testing.T) {
	tenants := 200
	if soak {
		tenants = 2000
	}
	const groups = 4
	for first := range groups {
		t.Run(fmt.Sprintf("part %d of %d", first+1, groups), func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for seed := first; seed < tenants; seed += groups {
				c := newTenantCase(t, folder, uint64(seed))
				c.run()
				if t.Failed() {
					t.Fatalf("tenant %d:\n%s", seed, c)
				}
			}
		})
	}
}

// tenantCase is a random tenant with the leavers of a list.
type tenantCase struct {
	*testing.T
	*service
	settings Settings
	checking Checking
	overHTTP bool
	rows     []listRow
	asked    []string // the refs who are asked about, in the order of the list
	planned  *Run
}

// listRow is a row of the list. Its texts to match are in the form in which they are
// compared.
type listRow struct{ ref, date, surname, email string }

func newTenantCase(t *testing.T, folder string, seed uint64) *tenantCase {
	r := rand.New(rand.NewPCG(seed, 5))
	s := &service{
		rand: r, server: thrivetest.New(thrivetest.Options{Pagination: thrivetest.PaginationNone}),
		reads: map[string][]read{}, suspends: map[string]int{}, managed: map[string]int{}, broken: map[string]int{}, flaky: map[string]int{},
		perPage: 1 + r.IntN(9), pagination: pick(r, paginations), shifts: max(0, r.IntN(8)-2), drifting: max(0, r.IntN(10)-4), refDrifts: r.IntN(3) == 0,
		beyond: pick(r, []int{0, 0, http.StatusNotFound}),
	}
	c := &tenantCase{T: t, service: s, overHTTP: seed%20 == 0}
	users := r.IntN(40)
	if r.IntN(10) == 0 {
		users, s.perPage = 90+r.IntN(60), 20+r.IntN(130)
	}
	var refs []string // those of a person look alike
	for i := range 2 + users*2/3 {
		ref := fmt.Sprintf("%s%d", pick(r, []string{"", "E"}), 101+i*7)
		refs = append(refs, ref)
		for _, style := range styles[1:] {
			if r.IntN(3) == 0 {
				refs = append(refs, style(ref))
			}
		}
	}
	s.pool = slices.Clone(refs)
	r.Shuffle(len(s.pool), func(i, j int) { s.pool[i], s.pool[j] = s.pool[j], s.pool[i] })
	for range users {
		s.insert(r.IntN(len(s.users)+1), pick(r, s.pool))
	}
	c.breakReads()
	c.makeList(folder, refs)
	return c
}

// breakReads makes reads fail.
func (c *tenantCase) breakReads() {
	r := c.rand
	switch r.IntN(10) {
	case 0:
		c.retired = pick(r, []int{http.StatusNotFound, http.StatusForbidden})
	case 1, 2:
		for range 1 + r.IntN(4) {
			c.broken[pick(r, c.pool)] = pick(r, []int{http.StatusInternalServerError, http.StatusForbidden, http.StatusNotFound, http.StatusConflict})
		}
	case 3:
		c.flaky[fmt.Sprintf("/rest/v1/users?page=%d&perPage=1000", 1+r.IntN(4))] = 1
		c.flaky["/rest/v1/users/ref/"+c.pool[0]] = 1
	case 4:
		if r.IntN(3) == 0 {
			c.deadPage = 1 + r.IntN(3)
		}
	}
}

// makeList writes the list of leavers, and makes the settings.
func (c *tenantCase) makeList(folder string, refs []string) {
	r := c.rand
	var all [][]string
	for range 1 + r.IntN(pick(r, []int{2, 5, 30})) {
		row := listRow{ref: pick(r, refs), date: pick(r, []string{"2025-06-30", "2025-06-30", "", "2026-06-30"})}
		if at := slices.IndexFunc(c.rows, func(other listRow) bool { return other.ref == row.ref }); at >= 0 {
			row.date = c.rows[at].date
		}
		row.surname, row.email = pick(r, names), pick(r, names)+"@example.com"
		if at := slices.IndexFunc(c.users, func(m *member) bool { return m.Ref == row.ref }); at >= 0 {
			row.surname, row.email = plain(c.users[at].LastName), plain(c.users[at].Email)
		}
		switch r.IntN(8) {
		case 0:
			row.surname = ""
		case 1:
			row.email = pick(r, names) + "@example.com"
		case 2:
			row.surname = pick(r, names)
		}
		c.rows = append(c.rows, row)
		all = append(all, []string{row.ref, row.date, styled(r, row.surname), styled(r, row.email)})
	}
	path := filepath.Join(folder, "list.csv")
	var text strings.Builder
	w := csv.NewWriter(&text)
	if err := errors.Join(w.Write([]string{"ref", "endDate", "Surname", "Email"}), w.WriteAll(all), os.WriteFile(path, []byte(text.String()), 0o600)); err != nil {
		c.Fatal(err)
	}
	c.settings, c.checking = settingsFor(path), Checking{Full: r.IntN(4) == 0, MaxShare: pick(r, []float64{0, 0, 0.2, 0.01})}
	if r.IntN(2) == 0 {
		c.settings.Match = []string{"Surname", "Email"}
		c.checking.Match = []tenant.Match{{Column: "Surname", Field: "lastName"}, {Column: "Email", Field: "email"}}
	}
	c.settings.Report = filepath.Join(folder, "report.csv")
	c.settings.Accept = map[leaver.Doubt]int{}
	for _, kind := range leaver.DoubtKinds() {
		if !leaver.TenantDoubts.Has(kind) || r.IntN(4) == 0 {
			c.settings.Accept[kind] = plan.AnyNumber
		}
	}
}

// plain returns a name in the form in which it is compared.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r > 0xff00 && r < 0xff5f:
			return r - 0xfee0
		case r == '\u0308':
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(strings.NewReplacer("é", "e", "ß", "ss", "ó", "o").Replace(strings.ToLower(text))), " ")
}

// run makes a plan, checks it, and carries it out, perhaps.
func (c *tenantCase) run() {
	_ = os.Remove(c.settings.Report)
	toEnd := c.rand.IntN(10) == 0
	plan := Rehearse
	if toEnd {
		plan = Prepare
	}
	r, err := plan(c.Context(), c.settings)
	if err != nil {
		c.Fatal(err)
	}
	defer closed(c.T, r, nil)
	target := Target{BaseURL: "https://api.example", Credentials: thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret}}
	p := pace.New(0)
	config := thrive.Config{BaseURL: target.BaseURL, Credentials: target.Credentials, Transport: c.service, AwaitTurn: p.Wait}
	if c.overHTTP {
		web := httptest.NewServer(c.service)
		defer web.Close()
		config.BaseURL, config.Transport = web.URL, nil
	}
	client, err := thrive.NewClient(config)
	if err != nil {
		c.Fatal(err)
	}
	r.connection = &connection{client, p}
	before := maps.Clone(r.Totals)
	conduct := conduct()
	conduct.Concurrency, conduct.MaxAttempts, conduct.MaxOutage = pick(c.rand, []int{1, 1, 3, 8}), 2, time.Millisecond
	c.planned, c.asked = r, c.toAsk()
	err = r.Check(c.Context(), c.Context(), target, conduct, c.checking)
	c.checkCalls()
	if c.checkError(err); err != nil {
		if r.asked != nil || !maps.Equal(r.Totals, before) {
			c.Errorf("after %v the plan is %v, and was %v", err, r.Totals, before)
		}
		return
	}
	c.checkAccounts()
	c.checkPlan()
	c.checkTenant()
	if toEnd && !c.Failed() {
		c.carryOut(target, conduct)
	}
}

// toAsk returns the refs whom the tenant is to be asked about.
func (c *tenantCase) toAsk() (refs []string) {
	for _, row := range c.rows {
		if row.date != "2026-06-30" && !slices.Contains(refs, row.ref) {
			refs = append(refs, row.ref)
		}
	}
	return refs
}

// carryOut checks that just those are called who are to be suspended.
func (c *tenantCase) carryOut(target Target, conduct Conduct) {
	want := map[string]int{}
	for d, err := range c.planned.Decisions(c.Context()) {
		if err != nil {
			c.Fatal(err)
		}
		if d.Outcome == leaver.Pending {
			want[d.Ref] = 1
		}
	}
	_, err := c.planned.CarryOut(c.Context(), c.Context(), target, conduct)
	if err != nil && !errors.Is(err, batch.ErrNobodySuspended) {
		c.Error(err)
	}
	if !maps.Equal(c.suspends, want) && err == nil {
		c.Errorf("called are %v, want %v", c.suspends, want)
	}
	for ref := range c.suspends {
		if want[ref] == 0 {
			c.Errorf("%s is called, and is not to be", ref)
		}
	}
}
