package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheExportsOfHRSystemsAreReadAsTheirPageSays plans and runs each export, and
// compares the results with the table on the page.
func TestTheExportsOfHRSystemsAreReadAsTheirPageSays(t *testing.T) {
	t.Chdir("../..") // the commands on the page are for this directory
	page, err := os.ReadFile("samples/hris/README.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted, row := regexp.MustCompile("`([^`]+)`"), regexp.MustCompile("([0-9]+) `([a-z_]+)`")
	exports := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || !strings.HasPrefix(cells[1], " `") {
			continue
		}
		exports++
		name := quoted.FindStringSubmatch(cells[1])[1]
		t.Run(name, func(t *testing.T) {
			var want []string
			for _, m := range quoted.FindAllStringSubmatch(cells[3], -1) {
				want = append(want, "suspended "+m[1])
			}
			leavers := len(want)
			for _, m := range row.FindAllStringSubmatch(cells[4], -1) {
				want = append(want, m[2]+" "+m[1])
			}
			export, config := "samples/hris/"+name, "samples/hris/"+strings.TrimSuffix(name, filepath.Ext(name))+".yaml"
			plan := exec.Command("offboard", "plan", export, "--config", config)
			plan.Env = isolated()
			out, _ := plan.Output() // it exits with 3, because some rows cannot be suspended
			if !strings.Contains(string(out), fmt.Sprintf("%9d  to suspend\n", leavers)) {
				t.Errorf("the plan does not have %d leavers to suspend:\n%s", leavers, out)
			}
			path := filepath.Join(t.TempDir(), "report.csv")
			run := exec.Command("offboard", "run", export, "--config", config, "--env", "sandbox", "--rate", "0", "--progress", "none", "--report", path)
			run.Env = isolated()
			if out, err := run.CombinedOutput(); err == nil || run.ProcessState.ExitCode() != 3 {
				t.Errorf("the run ended with %v, want exit code 3:\n%s", err, out)
			}
			got := outcomesOf(t, path)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
	if exports != 5 {
		t.Errorf("the page has %d exports", exports)
	}
}

// TestAModuleOfItsOwnImportsThePackages vets and runs the program of samples/import, and
// compares what it prints with its page.
func TestAModuleOfItsOwnImportsThePackages(t *testing.T) {
	t.Chdir("../../samples/import")
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(page), "go run .\n")
	shown, _, _ = strings.Cut(shown, "```")
	run := func(args ...string) string {
		t.Helper()
		// Its go.mod and go.sum have to be complete, and nothing is fetched for them.
		command := exec.Command("go", args...)
		command.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off", "GOWORK=off")
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	run("vet", ".")
	if got := run("run", "."); shown == "" || got != shown {
		t.Errorf("it prints\n%swant, as on the page,\n%s", got, shown)
	}
}

// outcomesOf returns a sorted list of the outcomes in a report: "suspended REF", or
// another outcome and the row in the input.
func outcomesOf(t *testing.T, report string) []string {
	t.Helper()
	f, err := os.Open(report)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []string
	for _, r := range records[1:] {
		ref, outcome, row := r[0], r[2], r[4]
		if outcome == "suspended" {
			outcomes = append(outcomes, outcome+" "+ref)
		} else {
			outcomes = append(outcomes, outcome+" "+row)
		}
	}
	slices.Sort(outcomes)
	return outcomes
}
