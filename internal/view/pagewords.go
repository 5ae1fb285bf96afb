package view

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

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
