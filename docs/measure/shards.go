package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// shards measures ten processes that carry out one plan together, against a limit that
// they find, and with the limit as their ceiling.
func shards(b *bench) error {
	l := limits{Burst: 10, Latency: 40 * time.Millisecond, Steps: []step{{0, 100}}}
	for _, rate := range []string{"0", "300", "100"} {
		what := fmt.Sprintf("10 shards, 3000 leavers, a limit of 100/s, `--rate %s`", rate)
		if err := b.together(what, 3000, 10, rate, l, 1.2); err != nil {
			return err
		}
	}
	return nil
}

// together measures shards against a limit: from the start of the first process to the end
// of the last one, as a multiple of the ideal time.
func (b *bench) together(what string, leavers, shards int, rate string, l limits, most float64) error {
	input, err := b.leavers(leavers)
	if err != nil {
		return err
	}
	options, err := json.Marshal(l)
	if err != nil {
		return err
	}
	var times, refused sample
	for range b.runs {
		server, err := startServer("serve-limited", string(options))
		if err != nil {
			return err
		}
		start := time.Now()
		err = b.suspendShards(server.address, input, shards, rate)
		took := time.Since(start)
		stats, stopped := server.stop()
		if err := errors.Join(err, stopped); err != nil {
			return err
		}
		if taken := stats.Calls - stats.Throttled; taken != leavers {
			return fmt.Errorf("%d calls were taken for %d leavers", taken, leavers)
		}
		times = append(times, took.Seconds()/ideal(leavers, l.Steps).Seconds())
		refused = append(refused, 100*float64(stats.Throttled)/float64(stats.Calls))
	}
	b.aim(what+": time, by the ideal", times, most, 3, "")
	b.aim(what+": calls refused", refused, 0, 2, " %")
	return nil
}

// suspendShards runs all shards, each in a process of its own.
func (b *bench) suspendShards(address, input string, shards int, rate string) error {
	report := filepath.Join(b.dir, "shards.csv")
	of := strconv.Itoa(shards)
	old, err := filepath.Glob(filepath.Join(b.dir, "shards.*.csv"))
	if err != nil {
		return err
	}
	for _, path := range old { // of the previous run
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	var processes sync.WaitGroup
	failed := make([]error, shards)
	for n := range shards {
		processes.Go(func() {
			env := []string{"OFFBOARD_API_SECRET=" + secret, "JOB_COMPLETION_INDEX=" + strconv.Itoa(n)}
			_, failed[n] = measure(b.dir, env, b.offboard, "run", input, "--shards", of,
				"--base-url", address, "--tenant", tenant, "--yes", "--progress", "none", "--rate", rate, "--report", report)
		})
	}
	processes.Wait()
	return errors.Join(failed...)
}
