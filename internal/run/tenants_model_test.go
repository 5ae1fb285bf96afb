package run

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/tenant"
)

// expected is what the answers say about a leaver.
type expected struct {
	state   tenant.Class // NoSuchUser, NotRead, or Active for any other
	failed  leaver.Outcome
	account account
	manages int
}

// expect returns what the answers say about a leaver: what the list says, unless it does
// not have the leaver, or has several accounts that are not the same. Then it is what the
// read by ref says, and what the list says of the same account.
func (c *tenantCase) expect(ref string) expected {
	inList := c.listed()[ref]
	both, same := agreed(inList)
	all := c.reads[ref]
	needed := len(inList) == 0 || !same
	e := expected{state: tenant.Active, account: both}
	if needed && len(all) == 0 {
		c.Errorf("%s is not read by ref", ref)
		return e
	}
	if len(all) > 0 {
		last := all[len(all)-1]
		switch by := last.account; {
		case last.status == http.StatusNotFound:
			return expected{state: tenant.NoSuchUser}
		case last.status != http.StatusOK && needed:
			e.state, e.account, e.failed = tenant.NotRead, account{}, leaver.Rejected
			if last.status == http.StatusInternalServerError {
				e.failed = leaver.Failed
			}
		case last.status != http.StatusOK, by["ref"].text != ref: // whose account is it?
		default:
			if id := by["id"]; id.kind == known && id == both["id"] {
				for field, value := range both {
					if by[field].kind != known {
						by[field] = value
					}
				}
			}
			e.account = by
		}
	}
	if e.account == nil {
		e.account = account{}
	}
	if e.state == tenant.Active {
		e.manages = c.managed["ref "+ref]
		if id := e.account["id"]; id.kind == known {
			e.manages += c.managed["id "+id.text]
		}
	}
	return e
}

// verdict returns the classes of a leaver, without the end date.
func (e expected) verdict() (v tenant.Verdict) {
	set := func(all *tenant.Classes, class tenant.Class) { *all |= 1 << class }
	if e.state == tenant.NoSuchUser {
		set(&v.Is, tenant.NoSuchUser)
		return v
	}
	if e.state == tenant.NotRead {
		set(&v.Is, tenant.NotRead)
	}
	switch strings.ToLower(e.account["status"].text) {
	case "":
		set(&v.Unknown, tenant.Active)
		set(&v.Unknown, tenant.Inactive)
	case "active":
		set(&v.Is, tenant.Active)
	case "inactive":
		set(&v.Is, tenant.Inactive)
	default:
		set(&v.Is, tenant.OtherStatus)
	}
	switch e.account["deleted"].text {
	case "":
		set(&v.Unknown, tenant.Deleted)
	case "true":
		set(&v.Is, tenant.Deleted)
	}
	switch strings.ToLower(e.account["role"].text) {
	case "":
		set(&v.Unknown, tenant.Administrator)
	case "administrator", "owner":
		set(&v.Is, tenant.Administrator)
	}
	if e.manages > 0 {
		set(&v.Is, tenant.Manager)
	} else {
		set(&v.Unknown, tenant.Manager)
	}
	return v
}

// login adds whether somebody has signed in after an end date, or lately without one.
func (e expected) login(v tenant.Verdict, date string) tenant.Verdict {
	if e.state == tenant.NoSuchUser {
		return v
	}
	at, err := time.Parse(time.RFC3339, e.account["lastLogin"].text)
	limit := time.Date(2026, 1, 1, 12, 0, 0, 1, time.UTC)
	if date != "" {
		limit = time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	}
	switch {
	case err != nil:
		v.Unknown |= 1 << tenant.RecentLogin
	case !at.Before(limit):
		v.Is |= 1 << tenant.RecentLogin
	}
	return v
}

// doubts returns what speaks against suspending the leaver of some rows.
func (c *tenantCase) doubts(e expected, v tenant.Verdict, ref string) (all leaver.Doubts) {
	if e.state != tenant.Active {
		return 0
	}
	if !v.Is.Has(tenant.Inactive) {
		if v.Is.Has(tenant.Administrator) {
			all |= leaver.DoubtsOf(leaver.Administrator)
		}
		if v.Is.Has(tenant.RecentLogin) {
			all |= leaver.DoubtsOf(leaver.RecentLogin)
		}
	}
	differ := func(cell string, value said) bool { return cell != "" && value.text != "" && cell != plain(value.text) }
	for _, row := range c.rows {
		if row.ref == ref && len(c.checking.Match) > 0 && (differ(row.surname, e.account["lastName"]) || differ(row.email, e.account["email"])) {
			all |= leaver.DoubtsOf(leaver.Mismatch)
		}
	}
	return all
}

// checkAccounts checks what the check says about each leaver.
func (c *tenantCase) checkAccounts() {
	check := c.planned.asked.check
	if check.Len() != len(c.asked) {
		c.Errorf("%d leavers are asked about, want %d", check.Len(), len(c.asked))
	}
	for _, row := range c.rows {
		a := check.Account(row.ref)
		if !slices.Contains(c.asked, row.ref) {
			if a != nil {
				c.Errorf("%s is asked about", row.ref)
			}
			continue
		}
		e := c.expect(row.ref)
		l := leaver.NewRow(leaver.Place{}, row.ref, row.date, time.UTC).Leaver
		if got, want := check.About(l), e.login(e.verdict(), row.date); got != want {
			c.Errorf("%s: the verdict is %s, want %s", row.ref, verdictText(got), verdictText(want))
		}
		if a.Manages() != e.manages {
			c.Errorf("%s manages %d, want %d", row.ref, a.Manages(), e.manages)
		}
	}
}

func verdictText(v tenant.Verdict) string {
	var is, unknown []string
	v.Is.Each(func(class tenant.Class) { is = append(is, class.String()) })
	v.Unknown.Each(func(class tenant.Class) { unknown = append(unknown, class.String()) })
	return fmt.Sprint(is, " not known ", unknown)
}

// checkPlan checks the decision about each row.
func (c *tenantCase) checkPlan() {
	met, n := map[string]bool{}, 0
	for d, err := range c.planned.Decisions(c.Context()) {
		if err != nil {
			c.Fatal(err)
		}
		row := c.rows[n]
		n++
		want, doubts := leaver.NotDue, leaver.Doubts(0)
		if slices.Contains(c.asked, row.ref) {
			want, doubts = c.outcome(row)
		}
		if met[row.ref] {
			want = leaver.Duplicate
		}
		met[row.ref] = true
		held, _ := leaver.ParseHeldReason(d.Reason)
		if d.Ref != row.ref || d.Outcome != want || want == leaver.Held && held != doubts {
			c.Errorf("row %d, %s is %s, want %s with %s", n, row.ref, describe(d.Result), want, doubts)
		}
		if want == leaver.NotFound {
			c.checkNear(row.ref, d.Reason)
		}
	}
	if n != len(c.rows) {
		c.Errorf("%d rows, want %d", n, len(c.rows))
	}
}

// outcome returns what becomes of the first row of a leaver who is asked about, and which
// doubts hold it.
func (c *tenantCase) outcome(row listRow) (leaver.Outcome, leaver.Doubts) {
	e := c.expect(row.ref)
	v := e.login(e.verdict(), row.date)
	var doubts leaver.Doubts
	for _, kind := range c.doubts(e, v, row.ref).Kinds() {
		if _, accepted := c.settings.Accept[kind]; !accepted {
			doubts |= leaver.DoubtsOf(kind)
		}
	}
	switch {
	case e.state == tenant.NoSuchUser:
		return leaver.NotFound, 0
	case e.state == tenant.NotRead:
		return e.failed, 0
	case doubts != 0:
		return leaver.Held, doubts
	case v.Is.Has(tenant.Inactive):
		return leaver.AlreadyInactive, 0
	}
	return leaver.Pending, 0
}

// checkNear checks which refs are named for one that nobody has.
func (c *tenantCase) checkNear(ref, reason string) {
	look := func(ref string) string {
		prefix, number := "", strings.NewReplacer("(", "", ")", "", " ", "").Replace(strings.ToUpper(ref))
		if number[0] == 'E' {
			prefix, number = "E", number[1:]
		}
		return prefix + strings.TrimLeft(number, "0")
	}
	_, named, _ := strings.Cut(reason, "; did you mean ")
	var got []string
	if named != "" {
		got = strings.Split(strings.TrimSuffix(named, "?"), " or ")
	}
	near := 0
	for other := range c.listed() {
		if other == ref || look(other) != look(ref) {
			continue
		}
		near++
		got = slices.DeleteFunc(got, func(text string) bool { return text == fmt.Sprintf("%q", other) })
	}
	if n := strings.Count(named, " or "); len(got) > 0 || named != "" && n+1 != min(near, 3) || named == "" && near > 0 {
		c.Errorf("%s: %s, and %d refs look like it", ref, reason, near)
	}
}

// checkTenant checks the figures.
func (c *tenantCase) checkTenant() {
	got, err := c.planned.Tenant(c.Context())
	if err != nil {
		c.Fatal(err)
	}
	if len(c.asked) == 0 {
		if got != nil {
			c.Errorf("nobody was asked about, and the tenant says %+v", got)
		}
		return
	}
	is, unknown, managers := map[tenant.Class]int{}, map[tenant.Class]int{}, []Manager{}
	for _, ref := range c.asked {
		row := c.rows[slices.IndexFunc(c.rows, func(row listRow) bool { return row.ref == ref })]
		e := c.expect(ref)
		v := e.login(e.verdict(), row.date)
		v.Is.Each(func(class tenant.Class) { is[class]++ })
		v.Unknown.Each(func(class tenant.Class) { unknown[class]++ })
		if e.manages > 0 && len(managers) < mostManagers {
			managers = append(managers, Manager{ref, e.manages})
		}
	}
	if got.Leavers != len(c.asked) || fmt.Sprint(got.Is, got.Unknown) != fmt.Sprint(is, unknown) || !slices.Equal(got.Managers, managers) {
		c.Errorf("the figures are %+v, want %d leavers, %v, %v, %v", got, len(c.asked), is, unknown, managers)
	}
	if n := is[tenant.Active] + is[tenant.Inactive] + is[tenant.OtherStatus] + is[tenant.NoSuchUser] + unknown[tenant.Active]; n != got.Leavers {
		c.Errorf("%d leavers have a status, want %d", n, got.Leavers)
	}
	active, unsure := c.counts(c.pages)
	if got.People.Active != active || got.People.Unsure != unsure {
		c.Errorf("%+v, want %d active and %d not known", got.People, active, unsure)
	}
	suspends := float64(c.planned.Totals[leaver.Pending])
	tooMany := c.checking.MaxShare > 0 && active+unsure >= 100 && suspends > c.checking.MaxShare*float64(active)
	if err := c.planned.CheckMax(); (err != nil) != tooMany {
		c.Errorf("%v of %d active users may be suspended: %v", suspends, active, err)
	}
}

// counts returns how many users of pages are active, and of how many that is not known.
func (c *tenantCase) counts(pages []page) (active, unsure int) {
	for _, p := range pages {
		for _, a := range p.accounts {
			switch {
			case a["status"].text == "":
				unsure++
			case strings.EqualFold(a["status"].text, "active") && a["deleted"].text != "true":
				active++
			}
		}
	}
	return active, unsure
}
