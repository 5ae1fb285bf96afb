package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func TestHelpAndVersionAreResults(t *testing.T) {
	_, help, _ := invoke(t, nil, "--help")
	_, runHelp, _ := invoke(t, nil, "run", "--help")
	_, version, _ := invoke(t, nil, "version")
	for line, want := range map[string]string{
		"help": help, "-h": help, "help run": runHelp, "run -h": runHelp,
		"--version": version, "-v": version, "run --version": version,
	} {
		if code, stdout, stderr := invoke(t, map[string]string{"OFFBOARD_VERSION": "1.2.3", "OFFBOARD_HELP": "yes"}, strings.Fields(line)...); code != 0 || stdout != want || want == "" {
			t.Errorf("offboard %s: exit code %d, %q, %q", line, code, stdout, stderr)
		}
	}
}

func TestAWordThatOffboardDoesNotHaveIsAnsweredWithWhatToType(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("leavers.csv", []byte("ref\nE1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"":                                 "a command is needed: run, plan, ",
		"paln leavers.csv":                 `"paln" is not a command; did you mean offboard plan?`,
		"--log-level debug rnu":            `did you mean offboard run?`,
		"suspend leavers.csv":              `"suspend" is not a command; the commands are run, plan, `,
		"leavers.csv":                      "to see what a run of this file would do: offboard plan leavers.csv",
		"help rnu":                         "did you mean offboard help run?",
		"help everything":                  "there is about run, plan, ",
		"run leavers.csv --dry-run":        "type offboard plan instead of offboard run",
		"run leavers.csv --dry-run=true":   "type offboard plan instead of offboard run",
		"run --force leavers.csv":          "--resume goes on with an existing report",
		"run leavers.csv --tennant x":      `did you mean "--tenant"?`,
		"run leavers.csv --report":         "--report needs a value: --report FILE",
		"run leavers.csv --report --yes":   "a value that begins with a dash is written with =, as in --report=-1",
		"run leavers.csv --rate -1":        "--rate needs a value: --rate N (a value",
		"run leavers.csv --first 1.5":      `--first: "1.5" is not a whole number, such as 20`,
		"run leavers.csv --rate fast":      `--rate: "fast" is not a number, such as 2.5`,
		"plan leavers.csv --timeout 5":     `--timeout: "5" is not a duration, such as 90s, 15m or 2h30m`,
		"plan leavers.csv --timeout 0s":    "--timeout must be longer than 0",
		"--log-level loud run leavers.csv": `--log-level: "loud" is not a level: debug, info, warn or error`,
	} {
		code, stdout, stderr := invoke(t, nil, strings.Fields(line)...)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("offboard %s: exit code %d, %q, %q", line, code, stdout, stderr)
		}
	}
	if _, _, stderr := invoke(t, nil, "--api-secret", "hunter2", "run"); strings.Contains(stderr, "hunter2") {
		t.Errorf("a value that may be a secret is repeated: %s", stderr)
	}
}

func TestPlanHasEveryFlagOfRun(t *testing.T) {
	parser, err := newParser(&commands{}, &app{}, &configuration{})
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string][]*kong.Flag{}
	for _, command := range parser.Model.Children {
		flags[command.Name] = command.Flags
	}
	for _, flag := range flags["run"] {
		if own := find(flags["plan"], flag.Name); own == nil {
			t.Errorf("plan lacks --%s", flag.Name)
		}
	}
	for _, name := range onlyForRun {
		if find(flags["run"], name) == nil || find(flags["run"], name).Hidden || !find(flags["plan"], name).Hidden {
			t.Errorf("--%s is not a flag of run that plan hides", name)
		}
	}
}

// TestOneWordTurnsARunIntoItsRehearsal replaces run by plan in a command with the flags
// that change nothing in a plan, and types what the plan proposes.
func TestOneWordTurnsARunIntoItsRehearsal(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("leavers.csv", []byte("ref\nE1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	line := "leavers.csv --env sandbox --yes --concurrency 4 --max-attempts 2 --timeout 3s --max-outage 20s --deadline 5m --max-failures 3 --progress none --rate 0 --log-level warn"
	env := map[string]string{"OFFBOARD_YES": "true", "OFFBOARD_PROGRESS": "none"}
	code, stdout, stderr := invoke(t, env, strings.Fields("plan "+line)...)
	if want := "\nTo suspend 1 leaver: offboard run " + line + "\n"; code != 0 || !strings.HasSuffix(stdout, want) || stderr != "" {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if code, _, stderr := invoke(t, env, strings.Fields("run "+line)...); code != 0 {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "leavers.sandbox.csv")); err != nil {
		t.Error(err)
	}
}

func TestTheDeadlineHoldsForAPlan(t *testing.T) {
	code, _, stderr := invoke(t, nil, "plan", writeLeavers(t, 20_000), "--deadline", "1ns")
	if code != ExitStopped || !strings.Contains(stderr, "the deadline has passed (--deadline)") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

func TestDistanceCountsSlips(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"plan", "plan", 0}, {"plan", "", 4}, {"", "run", 3}, {"paln", "plan", 1}, {"plans", "plan", 1},
		{"pan", "plan", 1}, {"tennant", "tenant", 1}, {"suspend", "sandbox", 6}, {"réf", "ref", 1},
	} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("%q, %q: got %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
