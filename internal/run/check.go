package run

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/plan"
	"offboard/internal/tenant"
)

// Checking says what the tenant is asked about the leavers of a plan.
type Checking struct {
	// Full reads the list of all users, also where fewer calls would tell less.
	Full bool
	// Match has the columns that must agree with the account. Settings.Match has the same
	// columns.
	Match []tenant.Match
	// MaxShare is the share of the tenant's active users that may be suspended, from 0 to 1;
	// 0: any.
	MaxShare float64
	// Before is the path of the record of how the accounts were, which CarryOut writes; "":
	// none is written.
	Before string
}

// Check asks the tenant about the leavers who are to be suspended, or are held, and plans
// again with its answers. Call it before CarryOut, with the same target and conduct, or for
// a rehearsal. Nothing is sent that changes anything.
//
// If intake ends first, the error is its cause. A *CheckError says that the tenant could
// not be asked. Other errors are a *TargetError, or those of Decisions.
func (r *Run) Check(intake, calls context.Context, t Target, c Conduct, k Checking) error {
	c, err := r.connect(t, c)
	if err != nil {
		return err
	}
	check := tenant.New(r.settings.Now)
	for d, err := range r.Decisions(intake) {
		if err != nil {
			return err
		}
		if d.Asks() {
			check.Ask(strings.Clone(d.Ref))
		}
	}
	q := inquiry{connection: r.connection, conduct: c, check: check, full: k.Full, leavers: r.Part.Leavers, share: k.MaxShare}
	if err := q.ask(intake, calls); err != nil {
		return checkError(intake, err)
	}
	r.asked = &asked{check: check, Checking: k, at: c.Now(), held: r.settings.Approved.held()}
	return r.note(intake)
}

// CheckError says that the tenant could not be asked about leavers. It matches
// batch.ErrRefused if the credentials may not read, tenant.ErrKnowsNobody, or an error of
// batch.Run, or it is a *PageError or an *EndlessListError.
type CheckError struct{ Err error }

// Error returns the text of Err.
func (e *CheckError) Error() string { return "the tenant could not be asked: " + e.Err.Error() }

// Unwrap returns Err.
func (e *CheckError) Unwrap() error { return e.Err }

// checkError returns the error of a check: the cause of the end of ctx as it is.
func checkError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return &CheckError{err}
}

// asked is what the tenant has said.
type asked struct {
	check *tenant.Check
	Checking
	at   time.Time                      // when it was asked
	held map[leaver.Place]leaver.Doubts // by an approved plan, because of what the tenant had said
}

// note makes the plan take what the tenant has said.
func (r *Run) note(ctx context.Context) error {
	for row, err := range until(ctx, r.rows()) {
		if err != nil {
			return err
		}
		r.Plan.Note(row.Row)
	}
	r.judge()
	var err error
	r.Totals, err = r.Part.count(r.Decisions(ctx), r.Plan)
	return err
}

// told returns rows with what the tenant says about their leavers.
func (c *asked) told(rows iter.Seq2[leaver.Result, error]) iter.Seq2[leaver.Result, error] {
	if c == nil {
		return rows
	}
	return func(yield func(leaver.Result, error) bool) {
		for r, err := range rows {
			if err == nil {
				c.tell(&r.Row)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// tell adds what the tenant says to a row. A doubt that a report has from an earlier check
// stays: a person has not accepted it.
func (c *asked) tell(row *leaver.Row) {
	a := c.check.Account(row.Ref)
	if a == nil || row.LeftOut || row.Fault != "" || row.Excluded != "" {
		return
	}
	row.Finding = a.Finding()
	doubts, seen := c.check.Doubts(row.Leaver)
	if _, differs := a.Compare(c.Match, c.texts(*row)); differs != "" {
		doubts |= leaver.DoubtsOf(leaver.Mismatch)
		seen = append(seen, differs)
	}
	if more := c.held[row.Place].Without(doubts); more != 0 {
		doubts, seen = joined(more, "the plan that was approved holds it", doubts, seen)
	}
	if doubts == 0 {
		return
	}
	earlier := row.Doubts & leaver.TenantDoubts
	if stays := earlier.Without(doubts); stays != 0 {
		doubts, seen = joined(stays, leaver.SeenOf(stays, row.Doubts, row.Seen), doubts, seen)
	}
	file := row.Doubts.Without(leaver.TenantDoubts)
	if file != 0 {
		seen = append([]string{leaver.SeenOf(file, row.Doubts, row.Seen)}, seen...)
	}
	row.Doubts, row.Seen = file|doubts, strings.Join(seen, "; ")
}

// texts returns the texts of a row that must agree with the account: they are the last ones.
func (c *asked) texts(row leaver.Row) []string {
	return row.Kept[max(0, len(row.Kept)-len(c.Match)):]
}

// joined joins two sets of doubts with what was seen of each, in the order of the kinds.
func joined(all leaver.Doubts, seen string, others leaver.Doubts, seenOfOthers []string) (leaver.Doubts, []string) {
	var texts []string
	for _, kind := range (all | others).Kinds() {
		if others.Has(kind) {
			texts = append(texts, seenOfOthers[0])
			seenOfOthers = seenOfOthers[1:]
		} else {
			texts = append(texts, leaver.SeenOf(leaver.DoubtsOf(kind), all, seen))
		}
	}
	return all | others, texts
}

// Tenant is what the tenant says about the leavers of a plan, in figures.
type Tenant struct {
	Leavers int // who were asked about
	// Is has how many of them are in each class, and Unknown of how many that is not known.
	Is, Unknown map[tenant.Class]int
	Managers    []Manager // the first ones in the order of the inputs, mostManagers at most
	// Unmatched is how many of them could not be compared with the columns that must agree,
	// because a text is empty or not known.
	Unmatched int
	People    tenant.People
}

// Manager is a leaver whom active people have as their manager.
type Manager struct {
	Ref    string
	People int
}

// mostManagers is how many managers are named.
const mostManagers = 5

// Tenant returns what the tenant has said; nil if it was not asked, or if there was nobody
// to ask about. It reads the inputs; the error is one of Decisions.
func (r *Run) Tenant(ctx context.Context) (*Tenant, error) {
	c := r.asked
	if c == nil || c.check.Len() == 0 {
		return nil, nil
	}
	t := &Tenant{Leavers: c.check.Len(), Is: map[tenant.Class]int{}, Unknown: map[tenant.Class]int{}, People: c.check.People()}
	met := map[string]bool{}
	for d, err := range r.Decisions(ctx) {
		if err != nil {
			return nil, err
		}
		a := c.check.Account(d.Ref)
		if a == nil || d.Outcome.AboutRow() || met[d.Ref] {
			continue
		}
		met[d.Ref] = true
		t.add(d, a, c)
	}
	return t, nil
}

func (t *Tenant) add(d plan.Decision, a *tenant.Account, c *asked) {
	v := c.check.About(d.Leaver)
	v.Is.Each(func(class tenant.Class) { t.Is[class]++ })
	v.Unknown.Each(func(class tenant.Class) { t.Unknown[class]++ })
	if n := a.Manages(); n > 0 && len(t.Managers) < mostManagers {
		t.Managers = append(t.Managers, Manager{d.Ref, n})
	}
	if compared, _ := a.Compare(c.Match, c.texts(d.Row)); compared < len(c.Match) && !v.Is.Has(tenant.NoSuchUser) {
		t.Unmatched++
	}
}

// ShareError says that a plan suspends a larger share of the tenant's active users than
// Checking.MaxShare.
type ShareError struct {
	Leavers int
	People  tenant.People
	Most    float64
}

// Error says how many they are.
func (e *ShareError) Error() string {
	if e.People.Active == 0 {
		return fmt.Sprintf("the plan suspends %d leavers, and the tenant does not say how many of its %d users are active", e.Leavers, e.People.Unsure)
	}
	return fmt.Sprintf("the plan suspends %d leavers, which are %.1f%% of the tenant's %d active users, and at most %.4g%% may be suspended",
		e.Leavers, 100*float64(e.Leavers)/float64(e.People.Active), e.People.Active, 100*e.Most)
}

// checkShare returns a *ShareError if so many leavers are too large a share of the tenant.
func (c *asked) checkShare(leavers int) error {
	if c == nil || c.MaxShare == 0 {
		return nil
	}
	people := c.check.People()
	if people.Active+people.Unsure < tenant.ShareFrom || float64(leavers) <= c.MaxShare*float64(people.Active) {
		return nil
	}
	return &ShareError{leavers, people, c.MaxShare}
}
