// Command measure prints the table of docs/performance.md: it measures offboard
// and other tools for the same job against servers on this machine, and prints
// medians. It needs Go, curl, GNU parallel and vegeta, and uses wrk if it is
// installed.
//
// With -base it compares offboard with another build of it instead, in turn, and
// prints the ratios of the medians: the scenarios throughput, rows, sheets and report. It
// needs no other tool then.
//
// Each server and each client is a process, so that the time and memory of a
// client do not include those of others. Clients that are compared take turns,
// so that changes of the machine's load affect them alike. All traffic is on
// loopback addresses, and each process has a time limit.
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

// All calls are for this tenant, and all leavers have this end date.
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
		case "serve-tenant":
			users, err := strconv.Atoi(args[1])
			if err != nil {
				return err
			}
			return serveTenant(users)
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
		case "nights":
			_, err := writeNights(args[1], time.Now())
			return err
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

// bench is the state that all scenarios share.
type bench struct {
	dir      string // of inputs and reports
	offboard string // the program
	base     string // another build of it to compare with; "": none
	vegeta   string // the program
	runs     int
	table    []row
}

func measureAll(args []string) error {
	flags := flag.NewFlagSet("measure", flag.ContinueOnError)
	runs := flags.Int("runs", 5, "how many times to measure each scenario; the result is the median")
	only := flags.String("only", "", "a regular expression: measure only the scenarios whose names match")
	base := flags.String("base", "", "another build of offboard to compare with, in the scenarios that support it")
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
	if *base != "" {
		if b.base, err = filepath.Abs(*base); err != nil { // clients run in dir
			return err
		}
	}
	if out, err := exec.Command("go", "build", "-o", b.offboard, "./cmd/offboard").CombinedOutput(); err != nil {
		return fmt.Errorf("cannot build offboard; run this in the root of the project: %w\n%s", err, out)
	}
	for _, s := range scenarios {
		if !chosen.MatchString(s.name) || b.base != "" && !s.comparable {
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

// processor returns the model of the processor on Linux, and the architecture
// elsewhere.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo") // Linux only
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, "\t :\n")
		}
	}
	return runtime.GOARCH
}
