// Command measure fills in the table of docs/performance.md: it measures
// offboard, and what else does its job, against servers on this machine, and
// prints medians. It needs Go, curl, GNU parallel and vegeta; wrk if it is there.
//
// Servers and clients are processes of their own, so that time and memory of a
// client are its own. Contestants take turns, so that all of them see the same
// machine. Traffic goes to loopback addresses only, and every process has a
// time limit.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Every call is made as this tenant, for leavers who left on this day.
const (
	tenant  = "eu-west-2_AbcdEfghI"
	secret  = "sandbox-secret"
	endDate = "2024-06-30"
	body    = `{"endDate":"2024-06-30T00:00:00.000Z"}`
)

func pathOf(ref string) string { return "/rest/v2/users/ref/" + ref + "/suspend" }

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "serve-cheap":
			return serveCheap()
		case "serve-limited":
			var l limits
			if err := json.Unmarshal([]byte(args[1]), &l); err != nil {
				return err
			}
			return serveLimited(l)
		case "loop":
			workers, err := strconv.Atoi(args[4])
			if err != nil {
				return err
			}
			return loop(args[1], args[2], args[3], workers)
		case "workbook":
			rows, err := strconv.Atoi(args[2])
			if err != nil {
				return err
			}
			return writeWorkbook(args[1], rows)
		}
	}
	return measureAll(args)
}

// bench is what all scenarios share.
type bench struct {
	dir      string // of inputs and reports
	offboard string // the program
	vegeta   string
	runs     int
	table    []row
}

func measureAll(args []string) error {
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	runs := flags.Int("runs", 5, "how often everything is measured; the median counts")
	only := flags.String("only", "", "scenarios to measure, as a regular expression; without it all")
	vegeta := flags.String("vegeta", "vegeta", "the vegeta program")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "measure")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := &bench{dir: dir, offboard: filepath.Join(dir, "offboard"), vegeta: *vegeta, runs: *runs}
	if out, err := exec.Command("go", "build", "-o", b.offboard, "./cmd/offboard").CombinedOutput(); err != nil {
		return fmt.Errorf("start this in the root of the project: %w\n%s", err, out)
	}
	for _, s := range scenarios {
		if !chosen.MatchString(s.name) {
			continue
		}
		fmt.Fprintln(os.Stderr, time.Now().Format(time.TimeOnly), s.name)
		if err := s.measure(b); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	fmt.Printf("%s, %s, %d cores, medians of %d runs (least to most).\n\n", runtime.Version(), processor(), runtime.NumCPU(), *runs)
	fmt.Print(markdown(b.table))
	return nil
}

// processor is the name of this machine's processor, where Linux tells it.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo") // elsewhere the architecture has to do
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, "\t :\n")
		}
	}
	return runtime.GOARCH
}
