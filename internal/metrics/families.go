package metrics

import (
	"math"
	"slices"
	"strconv"
	"time"

	"offboard/internal/leaver"
)

// family is a metric: its name, and what it says of a run.
type family struct {
	name   string
	help   string
	labels []string          // besides targetLabel
	values func(Run) []value // nil: the run has nothing to say
}

// value is one of a family.
type value struct {
	number float64
	labels []string
}

// families are all metrics but the histogram. Those that take figures are about the last
// run that began.
var families = []family{
	{prefix + "build_info", "The program of the last run; always 1.", []string{"version", "commit", "goversion"}, func(r Run) []value {
		return []value{{1, []string{r.Version, r.Commit, r.Go}}}
	}},
	{prefix + "last_success_timestamp_seconds", "End of the last run with exit code 0, since 1970.", nil, func(r Run) []value {
		if !r.Succeeded {
			return nil
		}
		return moment(r.End)
	}},
	{prefix + "last_run_start_timestamp_seconds", "Start of the last run, since 1970.", nil, func(r Run) []value { return moment(r.Start) }},
	{prefix + "last_run_timestamp_seconds", "End of the last run, since 1970.", nil, func(r Run) []value { return moment(r.End) }},
	{prefix + "last_run_duration_seconds", "How long the last run took, from the start of the program on.", nil, func(r Run) []value { return one(r.End.Sub(r.Start).Seconds()) }},
	{prefix + "last_run_exit_code", "Exit code of the last run.", nil, func(r Run) []value { return one(float64(r.ExitCode)) }},
	{prefix + "newest_input_timestamp_seconds", "When the newest input file of the last run that could tell was written, since 1970.", nil, func(r Run) []value { return moment(r.NewestInput) }},
	{prefix + "unreadable_inputs", "Files of folders that the last run could not read, of the last one that could tell.", nil, func(r Run) []value {
		if r.Unreadable == nil {
			return nil
		}
		return one(float64(*r.Unreadable))
	}},

	{prefix + "leavers", "Rows of the inputs at the end, by outcome.", []string{"outcome"}, of(func(f *Figures) (all []value) {
		for _, o := range leaver.Outcomes() {
			all = append(all, value{float64(f.Outcomes[o]), []string{string(o)}})
		}
		return all
	})},
	{prefix + "leavers_tried", "Leavers for whom a request was sent, by whether they are suspended.", []string{"result"}, of(func(f *Figures) []value {
		return []value{{float64(f.Suspended), []string{"suspended"}}, {float64(f.Failed), []string{"failed"}}}
	})},
	{prefix + "leavers_held", "Leavers whom a doubt of this kind holds in the plan; one can have several.", []string{"doubt"}, of(func(f *Figures) (all []value) {
		for _, d := range leaver.DoubtKinds() {
			all = append(all, value{float64(f.Held[d.String()]), []string{d.String()}})
		}
		return all
	})},
	{prefix + "overdue_leavers", "Leavers of the inputs whose end date had passed when the run began, and who are not suspended.", nil, of(func(f *Figures) []value { return one(float64(f.Overdue)) })},
	{prefix + "calls", "Calls that suspend, by HTTP status; none: no answer.", []string{"code"}, of(callsByCode)},
	{prefix + "retries", "Calls that were not the first one for their leaver.", nil, of(func(f *Figures) []value { return one(float64(f.Retries)) })},
	{prefix + "outages", "Times in which the service answered nobody.", nil, of(func(f *Figures) []value { return one(float64(f.Outages)) })},
	{prefix + "outage_duration_seconds", "How long they lasted, all together.", nil, of(func(f *Figures) []value { return one(f.Outage) })},
	{prefix + "pace_ceiling_requests_per_second", "Ceiling of the pace; 0: none.", nil, of(func(f *Figures) []value { return one(f.Ceiling) })},
	{prefix + "pace_highest_requests_per_second", "Highest pace that the run has allowed itself.", nil, of(func(f *Figures) []value { return one(f.Highest) })},
	{prefix + "pace_sustained_requests_per_second", "Pace that the service was seen to sustain; NaN: not measured.", nil, of(func(f *Figures) []value {
		if f.Sustained == nil {
			return one(math.NaN())
		}
		return one(*f.Sustained)
	})},
}

// of returns the values of a family that figures have, for a run that began.
func of(values func(*Figures) []value) func(Run) []value {
	return func(r Run) []value {
		if r.Figures == nil {
			return nil
		}
		return values(r.Figures)
	}
}

func one(number float64) []value { return []value{{number: number}} }

// moment returns a time, in seconds since 1970; nothing for the zero time.
func moment(t time.Time) []value {
	if t.IsZero() {
		return nil
	}
	return one(float64(t.UnixMilli()) / 1000)
}

// usualCodes have a value even if no call was answered so: a metric that is sometimes missing
// makes no alert.
var usualCodes = []string{"200", "401", "403", "404", "429", "500", "502", "503", "504", noAnswer}

const noAnswer = "none"

func callsByCode(f *Figures) (all []value) {
	calls := map[string]int{}
	for _, code := range usualCodes {
		calls[code] = 0
	}
	for status, n := range f.Calls {
		if status == strconv.Itoa(0) {
			status = noAnswer
		}
		calls[status] = n
	}
	for code, n := range calls {
		all = append(all, value{float64(n), []string{code}})
	}
	return all
}

// isOurs tells whether a metric of a file is one that a run writes.
func isOurs(name string) bool {
	return name == durations.name || slices.ContainsFunc(families, func(f family) bool { return f.name == name })
}
