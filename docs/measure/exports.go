package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// exports measures plans of exports that once took far too long, each by a plan of the same
// rows without what is odd about them.
func exports(b *bench) error {
	const pairs = 250_000
	crosswalk := filepath.Join(b.dir, "crosswalk.csv")
	if err := write(crosswalk, pairs, "old,new\n", func(ref string, i int) string { return fmt.Sprintf("%s,T%07d\n", ref, i) }); err != nil {
		return err
	}
	for _, e := range []struct {
		what    string
		rows    int
		endDate func(i int) string
		flags   []string
		most    float64
	}{
		{"`plan` of 200,000 dates that no format reads (MM/YYYY), by ISO dates", 200_000, func(i int) string { return fmt.Sprintf("%02d/%d", i%12+1, 2000+i%24) }, nil, 3},
		{"`plan` of 500,000 days that are in no month, by ISO dates", 500_000, func(i int) string { return fmt.Sprintf("2024-13-%02d", i%99) }, nil, 3},
		{"`plan` of 250,000 rows with a `--ref-map` of 250,000 pairs, by one without", pairs, isoDate, []string{"--ref-map", crosswalk}, 2.5},
	} {
		odd, plain := filepath.Join(b.dir, "odd.csv"), filepath.Join(b.dir, "plain.csv")
		for path, endDate := range map[string]func(int) string{odd: e.endDate, plain: isoDate} {
			if err := write(path, e.rows, "ref,endDate\n", func(ref string, i int) string { return ref + "," + endDate(i) + "\n" }); err != nil {
				return err
			}
		}
		if err := b.by(e.what, e.most, append([]string{odd}, e.flags...), []string{plain}); err != nil {
			return err
		}
	}
	return b.wide()
}

func isoDate(i int) string { return fmt.Sprintf("2024-%02d-%02d", i%12+1, i%28+1) }

// by compares two plans, which take turns, by their processor time: they hardly wait.
func (b *bench) by(what string, most float64, plan, than []string) error {
	var ratios, more sample
	for range b.runs {
		var used [2]usage
		for i, args := range [2][]string{plan, than} {
			var err error
			if used[i], err = measure(b.dir, nil, b.offboard, append([]string{"plan", "--tolerate", "invalid"}, args...)...); err != nil {
				return err
			}
		}
		ratios = append(ratios, used[0].cpu.Seconds()/used[1].cpu.Seconds())
		more = append(more, float64(used[0].peak-used[1].peak)/1024)
	}
	b.atMost(what+": processor time", ratios, most, 2, "")
	b.show(what+": more memory", more, 0, " MiB")
	return nil
}

// wide measures rows of many columns, and objects of many keys.
func (b *bench) wide() error {
	const columns, rows, keys, objects = 12_000, 1000, 40_000, 20
	grid, list := filepath.Join(b.dir, "wide.csv"), filepath.Join(b.dir, "wide.jsonl")
	header := "ref" + numbered(columns, func(i int) string { return fmt.Sprintf(",Date %d", i) }) + "\n"
	cells := strings.Repeat(",2024-06-30", columns) + "\n"
	members := numbered(keys, func(i int) string { return fmt.Sprintf(`,"k%d":%d`, i, i) }) + "}\n"
	err := write(grid, rows, header, func(ref string, _ int) string { return ref + cells })
	if err == nil {
		err = write(list, objects, "", func(ref string, _ int) string { return fmt.Sprintf(`{"ref":%q,"endDate":"2024-06-30"`, ref) + members })
	}
	if err != nil {
		return err
	}
	for _, in := range []struct{ what, path, endDate string }{
		{"`plan` of 1000 rows with 12,000 columns of dates", grid, "Date 0"},
		{"`plan` of 20 objects with 40,000 keys", list, "endDate"},
	} {
		var times sample
		for range b.runs {
			u, err := measure(b.dir, nil, b.offboard, "plan", "--end-date-column", in.endDate, in.path)
			if err != nil {
				return err
			}
			times = append(times, u.wall.Seconds())
		}
		b.atMost(in.what+": time", times, 5, 2, " s")
	}
	return nil
}

func numbered(n int, text func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(text(i))
	}
	return b.String()
}
