package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// row is a row of the table: a figure and its aim.
type row struct {
	what, aim, measured string
	reached             string // "yes", "no", or "" where there is no aim
}

func markdown(rows []row) string {
	var b strings.Builder
	b.WriteString("| what | aim | measured | reached |\n|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.what, r.aim, r.measured, r.reached)
	}
	return b.String()
}

// sample is the same figure of several runs.
type sample []float64

func (s sample) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return (sorted[(len(s)-1)/2] + sorted[len(s)/2]) / 2
}

// spread formats the median, the minimum and the maximum.
func (s sample) spread(decimals int, unit string) string {
	return fmt.Sprintf("%.*f%s (%.*f to %.*f)", decimals, s.median(), unit, decimals, slices.Min(s), decimals, slices.Max(s))
}

// atMost adds a row whose aim is a median of at most most.
func (b *bench) atMost(what string, s sample, most float64, decimals int, unit string) {
	b.table = append(b.table, row{what, fmt.Sprintf("at most %.*f%s", decimals, most, unit), s.spread(decimals, unit), yes(s.median() <= most)})
}

// atLeast adds a row whose aim is a median of at least least.
func (b *bench) atLeast(what string, s sample, least float64, decimals int, unit string) {
	b.table = append(b.table, row{what, fmt.Sprintf("at least %.*f%s", decimals, least, unit), s.spread(decimals, unit), yes(s.median() >= least)})
}

// show adds a row without an aim.
func (b *bench) show(what string, s sample, decimals int, unit string) {
	b.table = append(b.table, row{what: what, measured: s.spread(decimals, unit)})
}

func yes(reached bool) string {
	if reached {
		return "yes"
	}
	return "**no**"
}

// ideal returns the shortest possible time of a number of calls under a limit that
// changes.
func ideal(calls int, steps []step) time.Duration {
	left := float64(calls)
	for i, s := range steps {
		took := time.Duration(left / s.Rate * float64(time.Second))
		if i+1 == len(steps) || s.After+took <= steps[i+1].After {
			return s.After + took
		}
		left -= s.Rate * (steps[i+1].After - s.After).Seconds()
	}
	return 0
}
