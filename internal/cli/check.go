package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"offboard/internal/batch"
	"offboard/internal/report"
	"offboard/internal/run"
	"offboard/internal/tenant"
	"offboard/internal/view"
)

// checkFlags say what the tenant is asked before the first suspension.
type checkFlags struct {
	Check     bool        `group:"safety" help:"Ask the tenant who these leavers are before the first suspension: who is inactive already, who has no account, who is an administrator or has signed in lately. It reads users, so it needs the scope api/read beside api/write, or api/all."`
	CheckFull bool        `group:"safety" help:"As --check, and read the list of all users also where it takes fewer calls to read the leavers one by one, which tells less."`
	MaxShare  share       `group:"safety" placeholder:"SHARE" help:"With --check: send nothing if the plan has more than this share of the tenant's active users, such as 5%. Without it, 20%. A tenant with fewer than 100 active users is not asked. 100%: any share."`
	Before    string      `group:"report" placeholder:"FILE" help:"With --check: file that gets how each account was that the run is about to suspend, which a person needs to undo a mistake by hand. Without it, the report's name with .before.csv; none writes none."`
	Match     []matchFlag `group:"safety" sep:";" placeholder:"COLUMN=FIELD" help:"With --check: a column or key of the inputs, or a column that a report keeps, that must agree with a field of the account, such as Surname=lastName; who differs is held. The fields are email, firstName, lastName, id, role, languageCode and additionalFields.NAME. Repeat the flag, or write ; between them."`
}

// asks tells whether the tenant is asked.
func (f *checkFlags) asks() bool { return f.Check || f.CheckFull }

// scope returns the scope that a run needs if none is given.
func (f *checkFlags) scope() string {
	if f.asks() {
		return "api/all"
	}
	return "api/write"
}

// Validate checks the flags.
func (f *checkFlags) Validate() error {
	switch {
	case f.asks():
	case f.MaxShare != 0:
		return errors.New("--max-share needs --check: only the tenant knows how many users it has")
	case f.Before != "":
		return errors.New("--before needs --check: only the tenant knows how its accounts are")
	case len(f.Match) > 0:
		return errors.New("--match needs --check: only the tenant knows its accounts")
	}
	return nil
}

// columns returns the columns of --match.
func (f *checkFlags) columns() []string {
	var names []string
	for _, m := range f.Match {
		names = append(names, m.Column)
	}
	return names
}

// noFile is the value of a flag that names a file which is not wanted.
const noFile = "none"

// checking returns what the flags say, for a run.
func (f *checkFlags) checking(r *run.Run) run.Checking {
	k := run.Checking{Full: f.CheckFull, MaxShare: f.mostShare().of(), Before: f.beforePath(r.ReportPath, r.Part.Shard)}
	for _, m := range f.Match {
		k.Match = append(k.Match, tenant.Match(m))
	}
	return k
}

// beforePath returns the path of the record of how accounts were, of a run with a report at
// this path; "": there is none.
func (f *checkFlags) beforePath(reportPath string, shard run.Shard) string {
	switch f.Before {
	case "":
		return report.BeforePath(reportPath)
	case noFile:
		return ""
	}
	return shard.Path(f.Before)
}

// mostShare returns the value of --max-share, or its default.
func (f *checkFlags) mostShare() share {
	return cmp.Or(f.MaxShare, 20)
}

// share is a share in percent; 0: none is given.
type share float64

// UnmarshalText reads a share such as 20%.
func (s *share) UnmarshalText(text []byte) error {
	number, isShare := strings.CutSuffix(string(text), "%")
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil || !isShare || !(percent > 0 && percent <= 100) {
		return fmt.Errorf("%q is not a share such as 20%%, over 0%% and up to 100%%", text)
	}
	*s = share(percent)
	return nil
}

// String writes the share as UnmarshalText reads it.
func (s share) String() string { return strconv.FormatFloat(float64(s), 'f', -1, 64) + "%" }

// of returns the share as a number up to 1; 0 if any share is allowed.
func (s share) of() float64 {
	if s == 100 {
		return 0
	}
	return float64(s) / 100
}

// matchFlag is a value of --match.
type matchFlag tenant.Match

// UnmarshalText reads COLUMN=FIELD. A column can have an equals sign in its name.
func (m *matchFlag) UnmarshalText(text []byte) error {
	at := strings.LastIndexByte(string(text), '=')
	if at < 0 || strings.TrimSpace(string(text[:at])) == "" {
		return fmt.Errorf("%q is not COLUMN=FIELD, as in Surname=lastName", text)
	}
	field, err := tenant.ParseField(strings.TrimSpace(string(text[at+1:])))
	if err != nil {
		return err
	}
	*m = matchFlag{strings.TrimSpace(string(text[:at])), field}
	return nil
}

// String writes the value as UnmarshalText reads it.
func (m matchFlag) String() string { return m.Column + "=" + string(m.Field) }

// checkTenant asks the tenant about the leavers of a plan, if that is asked for.
func (c *runFlags) checkTenant(a *app, intake context.Context, r *run.Run, t *target) error {
	if !c.asks() {
		return nil
	}
	// Nothing else may be seen for some time.
	a.say(slog.LevelInfo, eventCheck, "Asking the tenant who these leavers are; nothing is changed.", "target", t.name)
	err := r.Check(intake, a.calls, t.Target, c.conduct(a, intake), c.checking(r))
	_, failed := errors.AsType[*run.CheckError](err)
	switch {
	case err == nil:
		return nil
	case failed:
		return explainCheck(err, c.ClientID != "", "api/all")
	}
	return usageError{explainRun(err)}
}

// explainCheck adds to the error of a check what a person can do. scope is that which the
// command asks for.
func explainCheck(err error, oauth bool, scope string) error {
	page, isPage := errors.AsType[*run.PageError](err)
	switch {
	case errors.Is(err, tenant.ErrKnowsNobody):
		err = fmt.Errorf("%w; check --env and --tenant, and ask the vendor whether reading users by ref is still served", err)
	case errors.Is(err, batch.ErrRefused) && oauth:
		err = fmt.Errorf("%w; reading users needs the scope api/read or api/all: leave --scope out, or give --scope %s, and let the client have it", err, scope)
	case errors.Is(err, batch.ErrRefused):
		err = fmt.Errorf("%w; let the API secret be one that may read users (offboard ping tells)", err)
	case isPage && page.NotFound():
		err = fmt.Errorf("%w; the vendor may have retired this route, or the tenant has another address", err)
	default:
		err = explainRun(err)
	}
	return err
}

// classTexts has what a person reads about each class of accounts. Those that deserve a
// look are shown behind the others.
var classTexts = map[tenant.Class]struct {
	is, unknown string
	look        bool
}{
	tenant.Active:        {is: "active", unknown: "whether it is active or inactive"},
	tenant.Inactive:      {is: "inactive already: nothing is sent"},
	tenant.OtherStatus:   {is: "with another status, such as new or expired", look: true},
	tenant.NoSuchUser:    {is: "no such user: nothing is sent", look: true},
	tenant.NotRead:       {is: "could not be read: nothing is sent", look: true},
	tenant.Deleted:       {is: "deleted", unknown: "whether it is deleted", look: true},
	tenant.Administrator: {is: "administrator", unknown: "whether it is an administrator's", look: true},
	tenant.Manager:       {is: "manager of people who are still active", look: true},
	tenant.RecentLogin:   {is: "signed in after the end date, or lately without one", unknown: "the last sign-in", look: true},
}

// appendTenant writes what the tenant says about the leavers.
func appendTenant(text []byte, o outline) []byte {
	t := o.tenant
	if t == nil {
		return text
	}
	text = fmt.Appendf(text, "The tenant says of the accounts of %s:\n", people(t.Leavers))
	looks := false
	for _, class := range classesSaid(t) {
		if class.Look && !looks {
			text, looks = append(text, "  Look at these:\n"...), true
		}
		text = fmt.Appendf(text, "  %9s  %s\n", group(class.Count), class.What)
	}
	for _, line := range tenantUnknown(t) {
		text = fmt.Appendf(text, "  %s\n", line)
	}
	if share := shareSaid(o); share != "" {
		text = append(text, share+"\n"...)
	}
	return text
}

// classesSaid returns the classes that somebody is in. Those that deserve a look are behind
// the others.
func classesSaid(t *run.Tenant) (all []view.PageClass) {
	for _, look := range []bool{false, true} {
		for _, class := range tenant.AllClasses() {
			n, words := t.Is[class], classTexts[class]
			if n == 0 || words.look != look {
				continue
			}
			what := words.is
			if class == tenant.Manager {
				what += ": " + managers(t)
			}
			all = append(all, view.PageClass{Count: n, What: what, Look: look})
		}
	}
	return all
}

// managers returns who manages people who are still active, and how many.
func managers(t *run.Tenant) string {
	about := ""
	if t.People.Moved {
		about = "about "
	}
	names := make([]string, len(t.Managers))
	for i, m := range t.Managers {
		names[i] = fmt.Sprintf("%s (of %s%s)", printable(m.Ref, 40), about, group(m.People))
	}
	text := strings.Join(names, ", ")
	if more := t.Is[tenant.Manager] - len(t.Managers); more > 0 {
		text += fmt.Sprintf(" and %s more", group(more))
	}
	return text
}

// tenantUnknown returns what the tenant does not say, as lines.
func tenantUnknown(t *run.Tenant) (lines []string) {
	var unknown []string
	for _, class := range tenant.AllClasses() {
		if n, words := t.Unknown[class], classTexts[class]; n > 0 && words.unknown != "" {
			unknown = append(unknown, fmt.Sprintf("%s (%s)", words.unknown, group(n)))
		}
	}
	if t.Unmatched > 0 {
		unknown = append(unknown, fmt.Sprintf("whether it agrees with every column of --match (%s)", group(t.Unmatched)))
	}
	if !t.People.Whole {
		unknown = append(unknown, "who manages others")
	}
	if len(unknown) > 0 {
		lines = append(lines, fmt.Sprintf("Not known: %s.", strings.Join(unknown, "; ")))
	}
	if !t.People.Whole {
		lines = append(lines, "They were read one by one; --check-full reads the whole list, which tells more.")
	}
	return lines
}

// shareSaid says which share of the tenant the plan suspends; "" if that is not known.
func shareSaid(o outline) string {
	people, n := o.tenant.People, o.run.Part.Leavers
	if people.Active == 0 {
		return ""
	}
	if n > people.Active {
		return fmt.Sprintf("To suspend: %s, and the tenant's list has only %s, so it is not all of the tenant", group(n), count(people.Active, "active user"))
	}
	percent := 100 * float64(n) / float64(people.Active)
	of, or := "", ""
	switch {
	case !people.Whole:
		of, or = "at least ", " or less"
	case people.Moved:
		of = "about "
	}
	text := fmt.Sprintf("To suspend: %s of %s%s, %.1f%%%s", group(n), of, count(people.Active, "active user"), percent, or)
	if o.most < 100 && people.Active+people.Unsure >= tenant.ShareFrom {
		text += fmt.Sprintf(" (--max-share %s)", o.most)
	}
	return text
}

// classesOf returns how many leavers are in each class, and of how many that is not known.
// Classes of nobody are left out.
func classesOf(t *run.Tenant) (is, unknown map[string]int) {
	is, unknown = map[string]int{}, map[string]int{}
	for _, class := range tenant.AllClasses() {
		if n := t.Is[class]; n > 0 {
			is[class.String()] = n
		}
		if n := t.Unknown[class]; n > 0 && classTexts[class].unknown != "" {
			unknown[class.String()] = n
		}
	}
	return is, unknown
}

// tenantEvent returns what the tenant says, for an event; nil if it was not asked.
func tenantEvent(t *run.Tenant) map[string]any {
	if t == nil {
		return nil
	}
	is, unknown := classesOf(t)
	return map[string]any{"leavers": t.Leavers, "is": is, "notKnown": unknown, "activeUsers": t.People.Active, "whole": t.People.Whole}
}
