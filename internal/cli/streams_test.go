package cli

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

// TestStreamsThatAreRedirectedIntoAFileOfTheCommand has the redirections of a shell: > has
// emptied the file, >> has not.
func TestStreamsThatAreRedirectedIntoAFileOfTheCommand(t *testing.T) {
	const run, plan, report = "run leavers.csv --env sandbox --progress none", "plan leavers.csv", "report r.csv"
	for _, tt := range []struct {
		name, command  string
		stdout, stderr string // the files of the streams; "": a buffer
		says           string // "": it is not refused
	}{
		{"standard output into the input", run, "leavers.csv", "", "standard output is redirected into leavers.csv, which is an input; redirect it into another file"},
		{"standard error into the input", run, "", "leavers.csv", "standard error is redirected into leavers.csv, which is an input; "},
		{"standard output into another name of the input", run, "hard.csv", "", "standard output is redirected into leavers.csv, "},
		{"into the report that is named", run + " --report r.csv", "r.csv", "", "standard output is redirected into r.csv, which is the report; "},
		{"into the report by the name of a link", run + " --report link.csv", "r.csv", "", "standard output is redirected into link.csv, which is the report; "},
		{"into a report to resume from", run + " --report r.csv --resume", "", "r.csv", "standard error is redirected into r.csv, which is the report; "},
		{"into the report that nobody names", run, "", "leavers.sandbox.csv", "standard error is redirected into leavers.sandbox.csv, which is the report; "},
		{"of a plan into the input", plan, "leavers.csv", "", "standard output is redirected into leavers.csv, "},
		{"of a plan into the report", plan, "leavers.report.csv", "", "standard output is redirected into leavers.report.csv, which is the report; "},
		{"standard error into a list", run + " --except list.csv", "", "list.csv", "standard error is redirected into list.csv, which is a list; "},
		{"of a summary into the report", report, "r.csv", "", "standard output is redirected into r.csv, which is a report to summarise; "},
		{"into the summary", run + " --summary r.csv", "", "r.csv", "standard error is redirected into r.csv, which is the summary; "},
		{"of a plan, to which a summary means nothing", plan + " --summary log", "log", "", ""},
		{"both into the input", run, "leavers.csv", "leavers.csv", ""},
		{"both into another file", run, "log", "log", ""},
		{"of a plan into the report of a rehearsal", plan, "leavers.sandbox.csv", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			const content = "ref\nE1\n"
			for _, name := range []string{"leavers.csv", "r.csv", "list.csv", "log", "leavers.sandbox.csv", "leavers.report.csv"} {
				if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(os.Link("leavers.csv", "hard.csv"), os.Symlink("r.csv", "link.csv")); err != nil {
				t.Fatal(err)
			}
			var texts bytes.Buffer
			stream := func(name string) io.Writer {
				if name == "" {
					return &texts
				}
				f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { f.Close() })
				return f
			}
			code := Main(t.Context(), t.Context(), System{
				Args: strings.Fields(tt.command), LookupEnv: func(string) (string, bool) { return "", false },
				Stdin: strings.NewReader(""), Stdout: stream(tt.stdout), Stderr: stream(tt.stderr),
			})
			refused := strings.HasPrefix(texts.String(), "offboard: standard ")
			if refused != (tt.says != "") || !strings.Contains(texts.String(), tt.says) || refused && code != exitUsage {
				t.Errorf("exit code %d, %q", code, texts.String())
			}
			for _, name := range []string{tt.stdout, tt.stderr} {
				if tt.says == "" && name != "leavers.csv" || name == "" {
					continue
				}
				if text, err := os.ReadFile(name); err != nil || string(text) != content {
					t.Errorf("%s has %q, %v", name, text, err)
				}
			}
		})
	}
}

// A variable of Kubernetes gets a warning, and a slip an error. Neither may become a line of
// the report.
func TestNothingAboutVariablesIsWrittenIntoAFileOfTheCommand(t *testing.T) {
	for _, variable := range []string{"OFFBOARD_IMAGE=x", "OFFBOARD_RATES=1"} {
		for _, command := range []string{"run leavers.csv --env sandbox --report r.csv --resume", "plan leavers.csv --report r.csv --resume", "report r.csv"} {
			t.Chdir(t.TempDir())
			const content = "ref\nE1\n"
			if err := errors.Join(os.WriteFile("leavers.csv", []byte(content), 0o600), os.WriteFile("r.csv", []byte(content), 0o600)); err != nil {
				t.Fatal(err)
			}
			stderr, err := os.OpenFile("r.csv", os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				t.Fatal(err)
			}
			var stdout bytes.Buffer
			code := Main(t.Context(), t.Context(), System{
				Args: strings.Fields(command), LookupEnv: func(string) (string, bool) { return "", false }, Environ: func() []string { return []string{variable} },
				Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: stderr,
			})
			if err := stderr.Close(); err != nil {
				t.Error(err)
			}
			if code != exitUsage || !strings.HasPrefix(stdout.String(), "offboard: standard error is redirected into r.csv, ") {
				t.Errorf("%s, %s: exit code %d, %s", variable, command, code, stdout.String())
			}
			if text, err := os.ReadFile("r.csv"); err != nil || string(text) != content {
				t.Errorf("%s, %s: the report has %q, %v", variable, command, text, err)
			}
		}
	}
}

// TestStandardInputAndAnotherStreamAreOneFile is about "<leavers.csv >>leavers.csv".
func TestStandardInputAndAnotherStreamAreOneFile(t *testing.T) {
	for _, tt := range []struct {
		name, input    string
		stdout, stderr bool // they are the file, too
		says           string
	}{
		{"standard output", "-", true, false, "offboard: standard output is redirected into the file of standard input, which is an input; "},
		{"standard error", "-", false, true, "offboard: standard error is redirected into the file of standard input, which is an input; "},
		{"none", "-", false, false, ""},
		{"standard input is not read", "other.csv", true, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			const content = "ref\nE1\n"
			if err := errors.Join(os.WriteFile("leavers.csv", []byte(content), 0o600), os.WriteFile("other.csv", []byte(content), 0o600)); err != nil {
				t.Fatal(err)
			}
			file, err := os.OpenFile("leavers.csv", os.O_RDWR|os.O_APPEND, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			var texts bytes.Buffer
			stream := func(isFile bool) io.Writer {
				if isFile {
					return file
				}
				return &texts
			}
			code := Main(t.Context(), t.Context(), System{
				Args: []string{"plan", tt.input}, LookupEnv: func(string) (string, bool) { return "", false },
				Stdin: file, Stdout: stream(tt.stdout), Stderr: stream(tt.stderr),
			})
			if refused := code == exitUsage; refused != (tt.says != "") || !strings.HasPrefix(texts.String(), tt.says) {
				t.Errorf("exit code %d, %s", code, texts.String())
			}
			if text, err := os.ReadFile("leavers.csv"); tt.says != "" && string(text) != content || err != nil {
				t.Errorf("the input has %q, %v", text, err)
			}
		})
	}
}

func TestAReportIsNotStandardOutput(t *testing.T) {
	for _, command := range []string{"run", "plan"} {
		var stderr bytes.Buffer
		code := Main(t.Context(), t.Context(), System{
			Args: []string{command, "leavers.csv", "--report", "-"}, LookupEnv: func(string) (string, bool) { return "", false },
			Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &stderr,
		})
		if code != exitUsage || !strings.Contains(stderr.String(), "--report needs the name of a file, not -") || !strings.Contains(stderr.String(), "--report leavers.report.csv") {
			t.Errorf("%s: exit code %d, %s", command, code, stderr.String())
		}
	}
}
