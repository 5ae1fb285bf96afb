package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestTheCronJobRunsACommandThatThisProgramTakes runs what the manifest runs.
// It gets as far as the secret, which is not here.
func TestTheCronJobRunsACommandThatThisProgramTakes(t *testing.T) {
	f, err := os.Open("../../samples/kubernetes/cronjob.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var args []string
	for d := yaml.NewDecoder(f); ; {
		var document yaml.Node
		if err := d.Decode(&document); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		args = append(args, find(&document, "args")...)
	}
	out, _ := exec.Command("offboard", args...).CombinedOutput()
	if want := "--api-secret-file: open /run/secrets/offboard/thrive-api-secret: no such file"; !strings.Contains(string(out), want) {
		t.Errorf("offboard %s\nsays: %swant: %s", strings.Join(args, " "), out, want)
	}
}

// TestTheExportsOfHRSystemsAreReadAsTheirPageSays plans and runs each of them,
// and holds what comes of it against the table.
func TestTheExportsOfHRSystemsAreReadAsTheirPageSays(t *testing.T) {
	t.Chdir("../..") // where the page's commands are typed
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
			out, _ := plan.Output() // rows that cannot be suspended make it fail
			if !strings.Contains(string(out), fmt.Sprintf("%9d  to suspend\n", leavers)) {
				t.Errorf("the plan does not speak of %d leavers:\n%s", leavers, out)
			}
			path := filepath.Join(t.TempDir(), "report.csv")
			run := exec.Command("offboard", "run", export, "--config", config, "--env", "sandbox", "--rate", "0", "--progress", "none", "--report", path)
			run.Env = isolated()
			if out, err := run.CombinedOutput(); err == nil || run.ProcessState.ExitCode() != 3 {
				t.Errorf("the run ends with %v:\n%s", err, out)
			}
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			records, err := csv.NewReader(f).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range records[1:] {
				if r[2] == "suspended" {
					got = append(got, r[2]+" "+r[0])
				} else {
					got = append(got, r[2]+" "+r[4])
				}
			}
			slices.Sort(got)
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

// find returns the list under a key, wherever that stands.
func find(n *yaml.Node, key string) []string {
	var list []string
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && n.Content[i-1].Value == key {
			_ = child.Decode(&list) // not a list of texts: nothing found
			return list
		}
		if list = find(child, key); list != nil {
			return list
		}
	}
	return nil
}
