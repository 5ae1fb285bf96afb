package report

import (
	"slices"
	"strings"
	"time"

	"offboard/internal/leaver"
)

// Timeliness says how long after their end dates leavers were suspended, and who is
// overdue. It is about leavers, by the line that counts.
//
// The delay of a leaver is the time from the moment at which the end date has passed (see
// leaver.EndDate.Passed: for a day, when the day is over) to that at which the service has
// confirmed the suspension. One day is 24 hours; one business day is that of
// leaver.OneBusinessDayAfter. Who was suspended before the end date has passed is in time,
// with no delay.
type Timeliness struct {
	// Suspended counts the suspended leavers with a delay: those with an end date, and with
	// a time in their lines. Shares are of these.
	Suspended         int   `json:"suspended"`
	BeforeEndDate     int   `json:"beforeEndDate"` // those of them who were suspended before it has passed
	Within24Hours     Share `json:"within24Hours"`
	WithinBusinessDay Share `json:"withinOneBusinessDay"`
	// MedianSeconds is rounded down: to a minute up to a week, to an hour up to a year, and
	// to a day beyond.
	MedianSeconds int64 `json:"medianSeconds"`
	Longest       *Late `json:"longest"` // the leaver with the longest delay; nil if nobody has one

	// These leavers have no delay.
	AlreadyInactive int `json:"alreadyInactive"` // with an end date: since when, nobody knows
	NoTime          int `json:"withoutTime"`     // suspended, with an end date, in a line without a time
	NoEndDate       int `json:"withoutEndDate"`  // suspended, or inactive already

	Overdue Overdue `json:"overdue"`

	delays delays
	now    time.Time
	zone   *time.Location // of business days
}

// Share is a number of leavers, and which share of all they are.
type Share struct {
	Leavers int     `json:"leavers"`
	Share   float64 `json:"share"` // from 0 to 1; 0 of none
}

// Overdue are the leavers whose end date has passed, and who are not done. Whom a list
// excludes is not among them, and neither are rows that cannot be used.
type Overdue struct {
	Leavers  int          `json:"leavers"`
	Outcomes leaver.Tally `json:"outcomes"`
	// Longest are the first of them, whose end date has passed for the longest time.
	Longest []Late `json:"longest"`
}

// Late is a leaver after the end date.
type Late struct {
	Ref     string         `json:"ref"`
	Source  string         `json:"source"`
	Row     int            `json:"row"`
	EndDate string         `json:"endDate"` // as the report has it
	Outcome leaver.Outcome `json:"outcome"`
	Seconds int64          `json:"seconds"` // since the end date has passed
}

// Place returns the place of the row.
func (l Late) Place() leaver.Place { return leaver.Place{Source: l.Source, Row: l.Row} }

// mostOverdue is how many of those who are overdue are named.
const mostOverdue = 20

// late returns a leaver who is so late. Its texts are copies, because those of a line keep
// the whole line in memory.
func late(r leaver.Result, delay time.Duration) Late {
	return Late{
		Ref: strings.Clone(r.Ref), Source: strings.Clone(r.Source), Row: r.Row.Place.Row,
		EndDate: strings.Clone(r.EndDate.Text), Outcome: r.Outcome, Seconds: int64(delay / time.Second),
	}
}

// add takes a line that counts.
func (t *Timeliness) add(r leaver.Result) {
	if r.Outcome.AboutRow() {
		return
	}
	passes := r.EndDate.PassesAt()
	switch {
	case passes.IsZero():
		if r.Outcome.Closed() {
			t.NoEndDate++
		}
	case r.Outcome == leaver.AlreadyInactive:
		t.AlreadyInactive++
	case r.Outcome == leaver.Suspended && r.FinishedAt.IsZero():
		t.NoTime++
	case r.Outcome == leaver.Suspended:
		t.suspended(r, passes)
	default:
		if since, is := r.Overdue(t.now); is {
			t.Overdue.add(r, since)
		}
	}
}

func (t *Timeliness) suspended(r leaver.Result, passes time.Time) {
	t.Suspended++
	delay := r.FinishedAt.Sub(passes)
	if delay < 0 {
		t.BeforeEndDate++
		delay = 0
	}
	if delay <= 24*time.Hour {
		t.Within24Hours.Leavers++
	}
	// The calendar is needed only for a delay of more than 22 hours, which no business day
	// is shorter than, and less than five days, which none is longer than.
	if delay <= 22*time.Hour || delay < 5*24*time.Hour && !r.FinishedAt.After(leaver.OneBusinessDayAfter(passes.In(t.zone))) {
		t.WithinBusinessDay.Leavers++
	}
	t.delays.add(delay)
	if t.Longest == nil || int64(delay/time.Second) > t.Longest.Seconds {
		l := late(r, delay)
		t.Longest = &l
	}
}

// add takes a leaver who is overdue for so long.
func (o *Overdue) add(r leaver.Result, since time.Duration) {
	o.Leavers++
	o.Outcomes[r.Outcome]++
	seconds := int64(since / time.Second)
	if n := len(o.Longest); n == mostOverdue && o.Longest[n-1].Seconds >= seconds {
		return // of the same time, the first ones are kept
	}
	at := slices.IndexFunc(o.Longest, func(l Late) bool { return l.Seconds < seconds })
	if at < 0 {
		at = len(o.Longest)
	}
	o.Longest = slices.Insert(o.Longest, at, late(r, since))
	o.Longest = o.Longest[:min(len(o.Longest), mostOverdue)]
}

// conclude computes what depends on all lines.
func (t *Timeliness) conclude() {
	t.MedianSeconds = int64(t.delays.median() / time.Second)
	for _, share := range []*Share{&t.Within24Hours, &t.WithinBusinessDay} {
		if t.Suspended > 0 {
			share.Share = float64(share.Leavers) / float64(t.Suspended)
		}
	}
}
