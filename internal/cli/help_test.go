package cli

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"offboard/internal/leaver"
)

// TestEveryExampleOfTheHelpIsACommand also wants one for each command that is not trivial.
func TestEveryExampleOfTheHelpIsACommand(t *testing.T) {
	for name, all := range examples {
		for _, e := range all {
			// What is read while the command line is parsed is not there.
			words := strings.Fields(strings.NewReplacer(" --config nightly.yaml", "", " --plan plan.json", "").Replace(e.command))
			if words[0] != "offboard" || words[1] != name {
				t.Errorf("%s: %s", name, e.command)
			}
			parser, err := newParser(&commands{}, &app{}, &configuration{env: func(string) (string, bool) { return "", false }})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parser.Parse(words[1:]); err != nil {
				t.Errorf("%s: %v", e.command, err)
			}
		}
	}
	for _, command := range modelOf(t).Children {
		if len(command.Flags) > 0 && len(examples[command.Name]) == 0 {
			t.Errorf("the help of %s has no example", command.Name)
		}
	}
}

func TestTheHelpBeginsWithExamplesAndShowsADefaultOnce(t *testing.T) {
	_, stdout, _ := invoke(t, nil, "run", "--help")
	flags, try := strings.Index(stdout, "--format"), strings.Index(stdout, "offboard run --env sandbox samples/leavers.csv")
	if try < 0 || try > flags {
		t.Errorf("the example is at %d, and the flags at %d", try, flags)
	}
	for _, command := range modelOf(t).Children {
		for _, flag := range command.Flags {
			if flag.Default != "" && strings.Contains(flag.String(), "="+flag.Default) && !strings.Contains(flag.String(), "|") {
				t.Errorf("%s shows the default in the place of the value", flag)
			}
		}
	}
}

func TestHelpHasTopics(t *testing.T) {
	var outcomes []string
	for _, o := range leaver.Outcomes() {
		text := string(o) + "\n"
		if !o.Done() {
			text = string(o) + "  done again"
		}
		outcomes = append(outcomes, text)
	}
	for topic, want := range map[string][]string{
		"outcomes":   outcomes,
		"doubts":     {"--accept cut-zeros suspends them", "--accept KIND=N"},
		"exit-codes": {" 75  another run is writing this report", "  0  every row", " 64  usage"},
		"dates":      {"DD/MM/YYYY", "--timezone", "--end-date-column none"},
	} {
		code, stdout, stderr := invoke(t, nil, "help", topic)
		if code != exitFine || stderr != "" {
			t.Errorf("%s: exit code %d, %s", topic, code, stderr)
		}
		for _, text := range want {
			if !strings.Contains(stdout, text) {
				t.Errorf("%s: there is no %q in\n%s", topic, text, stdout)
			}
		}
	}
	_, stdout, _ := invoke(t, nil, "help", "doubts")
	for _, kind := range leaver.DoubtKinds() {
		if !strings.Contains(stdout, kind.String()+"\n") {
			t.Errorf("the topic of doubts lacks %s", kind)
		}
	}
	for word, want := range map[string]string{
		"outcome": `there is no help about "outcome"; did you mean offboard help outcomes?`,
		"rnu":     `there is no help about "rnu"; did you mean offboard help run?`,
		"weather": "there is about run, plan, report, verify, ping, sandbox, completion, version, help, outcomes, doubts, exit-codes or dates",
	} {
		if code, _, stderr := invoke(t, nil, "help", word); code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("help %s: exit code %d, %s", word, code, stderr)
		}
	}
}

// TestEveryExitCodeIsExplained compares the topic with what exitCode returns.
func TestEveryExitCodeIsExplained(t *testing.T) {
	var explained []int
	for _, e := range exitCodes {
		explained = append(explained, e.code)
	}
	if want := []int{exitFine, exitBroke, exitRows, ExitStopped, exitRefused, exitUsage, exitLocked}; !slices.Equal(explained, want) {
		t.Errorf("got %v, want %v", explained, want)
	}
}

func TestTheManualPageHasEveryCommandAndFlag(t *testing.T) {
	code, page, _ := invoke(t, nil, "man")
	if code != exitFine || !strings.HasPrefix(page, ".TH OFFBOARD 1") {
		t.Fatalf("exit code %d, %.80s", code, page)
	}
	for _, command := range modelOf(t).Children {
		if command.Hidden {
			continue
		}
		if !strings.Contains(page, fmt.Sprintf(`.SH "OFFBOARD %s"`, strings.ToUpper(command.Name))) {
			t.Errorf("the page lacks the command %s", command.Name)
		}
		for _, flag := range command.Flags {
			if name := ".B " + roff("--"+flag.Name); !flag.Hidden && !strings.Contains(page, name) {
				t.Errorf("the page lacks %s", name)
			}
		}
	}
	for _, line := range strings.Split(page, "\n") {
		if strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".") && !slices.Contains([]string{".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".br", ".nf", ".fi"}, strings.Fields(line)[0]) {
			t.Errorf("troff takes this line for a request: %s", line)
		}
	}
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("skipped: there is no groff to read the page with")
	}
	c := exec.Command(groff, "-man", "-Tutf8", "-ww", "-z")
	c.Stdin = strings.NewReader(page)
	if out, err := c.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("groff says: %v %s", err, out)
	}
}
