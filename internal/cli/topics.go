package cli

import (
	"fmt"
	"slices"
	"strings"

	"offboard/internal/leaver"
	"offboard/internal/run"
	"offboard/internal/view"
)

// topic is something to read about that is no command.
type topic struct {
	name, title string
	text        func() string
}

// topics are in the order in which help lists them.
var topics = []topic{
	{"outcomes", "what became of a row, and whether it is done again", outcomesText},
	{"doubts", "why a row is held, and what settles that", doubtsText},
	{"exit-codes", "how a command ends", exitCodesText},
	{"dates", "how end dates are read, and when one has passed", datesText},
}

// topicNamed returns the topic with a name.
func topicNamed(name string) (topic, bool) {
	i := slices.IndexFunc(topics, func(t topic) bool { return t.name == name })
	if i < 0 {
		return topic{}, false
	}
	return topics[i], true
}

// topicNames are the names of all topics.
func topicNames() (names []string) {
	for _, t := range topics {
		names = append(names, t.name)
	}
	return names
}

func outcomesText() string {
	var b strings.Builder
	b.WriteString("The outcome of a row stands in its line of the report. What is \"done again\" is tried by the next run that has the row, and what is \"not fine\" makes the exit code 3, unless --tolerate names it.\n\n")
	for _, o := range leaver.Outcomes() {
		meaning, remedy := view.MeaningOf(o)
		var marks []string
		if !o.Done() {
			marks = append(marks, "done again")
		}
		if !o.Fine() {
			marks = append(marks, "not fine")
		}
		fmt.Fprintf(&b, "%s\n", strings.TrimSpace(string(o)+"  "+strings.Join(marks, ", ")))
		fmt.Fprintf(&b, "    %s\n", meaning)
		if !o.Fine() {
			fmt.Fprintf(&b, "    %s\n", remedy)
		}
	}
	return b.String()
}

func doubtsText() string {
	var b strings.Builder
	b.WriteString("A row that something speaks against is held: nothing is sent. offboard plan shows each kind with examples. Nothing is guessed: a doubt never changes a ref or a date.\n\n")
	for _, kind := range leaver.DoubtKinds() {
		fmt.Fprintf(&b, "%s\n    %s\n    %s\n", kind, doubtTexts[kind].what, strings.Join(strings.Fields(settle(run.HeldRows{Doubt: kind})), " "))
	}
	b.WriteString("\n--accept KIND=N accepts a kind only if no more than N rows have it. --accept-refs FILE accepts rows one by one.\n")
	return b.String()
}

func exitCodesText() string {
	var b strings.Builder
	for _, e := range exitCodes {
		fmt.Fprintf(&b, "%3d  %s\n", e.code, e.meaning)
	}
	b.WriteString("\nplan has the same codes: 3 when there are rows that a run could not suspend. 2 is not used, because Go uses it for a panic.\n")
	return b.String()
}

func datesText() string {
	return `An end date is the last day. It is YYYY-MM-DD, or RFC 3339 with a time and a zone; any other form needs --date-format, which offboard plan proposes if one form fits all rows. Nothing is guessed.

A date without a time has passed when that day is over in --timezone (UTC without it), and is sent as 00:00 of that day there. Midnight is the day, too. A row whose end date has not passed is not_due: nothing is sent, and a later run suspends the leaver. --include-future suspends it now.

A blank end date holds the row (no-end-date). An input without a column for end dates has only leavers who are due; --end-date-column none says so where another column has dates. More than two years ahead, before 1950, and what old systems write for "none" (1900-01-01, 9999-12-31) are invalid.

--date-format takes letters and what stands between them:
  DD  D         day, with two digits, or with one or two
  MM  M         month in digits
  MMM  MMMM     month as a word, such as Jun and June, in English, German, French, Spanish, Italian, Dutch or Portuguese
  YYYY  YY      year
  excel         serial number of a spreadsheet
  unix          seconds since 1970; unix-ms: milliseconds
Such as DD/MM/YYYY, D.M.YY, DD-MMM-YYYY or YYYYMMDD. A weekday may stand in front, and a time of day behind.
`
}
