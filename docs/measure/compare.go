package main

import (
	"errors"
	"fmt"
)

// compare measures offboard and the base in turn, and adds the ratios of their
// medians: less than 1 means that offboard takes less than the base.
func (b *bench) compare(what string, run func(program string) (usage, error)) error {
	var ours, base samples
	for range b.runs {
		for _, c := range []struct {
			program string
			samples *samples
		}{{b.offboard, &ours}, {b.base, &base}} {
			u, err := run(c.program)
			if err != nil {
				return err
			}
			c.samples.add(u)
		}
	}
	b.showRatio(what+": time, offboard by base", ours.wall, base.wall, 2, " s")
	b.showRatio(what+": processor time, offboard by base", ours.cpu, base.cpu, 2, " s")
	b.showRatio(what+": peak memory, offboard by base", ours.peak, base.peak, 0, " MiB")
	return nil
}

// compareThroughput compares runs on a server without a limit.
func (b *bench) compareThroughput() error {
	const n = 100_000
	input, err := b.leavers(n)
	if err != nil {
		return err
	}
	server, err := startServer("serve-cheap")
	if err != nil {
		return err
	}
	err = b.compare(fmt.Sprintf("%d leavers, no limit, no latency", n), func(program string) (usage, error) {
		return b.suspendWith(program, server.address, input, 8)
	})
	_, stopped := server.stop()
	return errors.Join(err, stopped)
}

// samples are what several runs of a program took.
type samples struct{ wall, cpu, peak sample } // seconds, seconds, MiB

func (s *samples) add(u usage) {
	s.wall = append(s.wall, u.wall.Seconds())
	s.cpu = append(s.cpu, u.cpu.Seconds())
	s.peak = append(s.peak, float64(u.peak)/1024)
}

// showRatio adds a row with the ratio of two medians, and the medians.
func (b *bench) showRatio(what string, ours, base sample, decimals int, unit string) {
	b.table = append(b.table, row{what: what, measured: fmt.Sprintf("%.3f (%.*f by %.*f%s)",
		ours.median()/base.median(), decimals, ours.median(), decimals, base.median(), unit)})
}
