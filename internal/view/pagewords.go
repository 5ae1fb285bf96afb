package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"offboard/internal/leaver"
)

// outcomeName returns what a page calls an outcome.
func outcomeName(o leaver.Outcome) string { return strings.ReplaceAll(string(o), "_", " ") }

// grouped writes a number with a comma after each three digits.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// counted returns a number with its noun.
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return grouped(n) + " " + noun
}

// amount writes what an axis says.
func amount(x float64) string {
	if x >= 1000 {
		return grouped(int(x))
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// percent writes a share so that only none is 0% and only all is 100%.
func percent(n, of int) string {
	if of == 0 {
		return ""
	}
	share := 100 * float64(n) / float64(of)
	switch {
	case n > 0 && share < 0.1:
		return "< 0.1%"
	case n < of && share > 99.9:
		return "> 99.9%"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", share), ".0") + "%"
}

// spelled writes a duration with its two largest units.
func spelled(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
	case d < time.Hour:
		return units(int(d.Seconds()), 60, "min", "s")
	case d < 48*time.Hour:
		return units(int(d.Minutes()), 60, "h", "min")
	}
	return units(int(d.Hours()), 24, "days", "h")
}

func units(n, each int, large, small string) string {
	if n%each == 0 {
		return fmt.Sprintf("%d %s", n/each, large)
	}
	return fmt.Sprintf("%d %s %d %s", n/each, large, n%each, small)
}

// moment writes a time.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// headline says what came out, and what comes next, in sentences.
func headline(t leaver.Tally) (text string, fine bool) {
	all, waiting, needs := t.Total(), t[leaver.Pending], 0
	for o, n := range t {
		if !o.Fine() && o != leaver.Pending {
			needs += n
		}
	}
	switch {
	case all == 0:
		return "The report has no rows.", true
	case needs == 0 && waiting == 0:
		return fmt.Sprintf("Nobody has to do anything: %s.", allFine(all)), true
	case needs == 0:
		return fmt.Sprintf("%s still to be done by another run.", areOf(waiting, all)), false
	case waiting == 0:
		return fmt.Sprintf("%s somebody to look at %s.", needOf(needs, all), themOf(needs)), false
	}
	return fmt.Sprintf("%s somebody to look at %s, and %s still to be done by another run.", needOf(needs, all), themOf(needs), areMore(waiting)), false
}

func allFine(n int) string {
	if n == 1 {
		return "the only row is fine"
	}
	return fmt.Sprintf("all %s rows are fine", grouped(n))
}

func areOf(n, of int) string {
	if n == 1 {
		return fmt.Sprintf("1 of %s is", counted(of, "row"))
	}
	return fmt.Sprintf("%s of %s are", grouped(n), counted(of, "row"))
}

func areMore(n int) string {
	if n == 1 {
		return "1 more is"
	}
	return grouped(n) + " more are"
}

func needOf(n, of int) string {
	if n == 1 {
		return fmt.Sprintf("1 of %s needs", counted(of, "row"))
	}
	return fmt.Sprintf("%s of %s need", grouped(n), counted(of, "row"))
}

func themOf(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
