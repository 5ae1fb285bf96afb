package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// modelOf returns the commands and flags of the program.
func modelOf(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := newParser(&commands{}, &app{}, &configuration{env: func(string) (string, bool) { return "", false }})
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

// completing returns what completes a command line.
func completing(t *testing.T, words ...string) []string {
	t.Helper()
	code, stdout, stderr := invoke(t, map[string]string{"OFFBOARD_CONFIG": "is-not-there.yaml"}, append([]string{completeWord}, words...)...)
	if code != exitFine || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	var found []string
	for _, line := range strings.Split(strings.TrimSuffix(stdout, "\n"), "\n") {
		word, _, _ := strings.Cut(line, "  ")
		found = append(found, word)
	}
	return found
}

func TestWhatCompletesACommandLine(t *testing.T) {
	for line, want := range map[string]string{
		"":                                 "run plan report verify ping sandbox completion version help :none",
		"re":                               "report :none",
		"--log":                            "--log-format --log-level :none",
		"--log-format ":                    "text json :none",
		"--log-format json ru":             "run :none",
		"--log-format=j":                   "--log-format=json :none",
		"run ":                             ":files",
		"run leavers.csv ":                 ":files",
		"run --ref-":                       "--ref-column --ref-pad --ref-prefix --ref-map :none",
		"run --env ":                       "production staging production-mea staging-mea sandbox :none",
		"run --env st":                     "staging staging-mea :none",
		"run --env=sa":                     "--env=sandbox :none",
		"run --env sandbox --en":           "--encoding --end-date-column :none",
		"run --tolerate he":                "held :none",
		"run --tolerate held,fa":           "held,failed :none",
		"run --tolerate held --tol":        "--tolerate :none", // it takes several values
		"run --accept=odd-ref,hid":         "--accept=odd-ref,hidden-row :none",
		"run --report ":                    ":files",
		"run --report=x":                   ":files",
		"run --before n":                   "none :files",
		"run --sheet ":                     ":none",
		"run --yes --resu":                 "--resume :none",
		"run -- --re":                      ":files",
		"plan --max-att":                   ":none", // changes nothing in a plan, and is not listed
		"report --rows su":                 "suspended :none",
		"report r.csv --xl":                "--xlsx :none",
		"help ou":                          "outcomes :none",
		"help r":                           "run report :none",
		"completion ":                      "bash zsh fish :none",
		"version ":                         ":none",
		"nonsense --x":                     ":none",
		"run --nothing-of-that-name=value": ":none",
	} {
		if got := strings.Join(completing(t, strings.Split(line, " ")...), " "); got != want {
			t.Errorf("%q: got %s, want %s", line, got, want)
		}
	}
	if got := completing(t); len(got) < 5 {
		t.Errorf("without a word: %q", got)
	}
}

// TestEveryValueThatCompletesAFlagIsOne gives each to the parser.
func TestEveryValueThatCompletesAFlagIsOne(t *testing.T) {
	model, named := modelOf(t), map[string]bool{}
	for _, command := range model.Children {
		for _, flag := range command.Flags {
			for _, c := range valuesOf(flag) {
				named[flag.Name] = true
				args := []string{command.Name, "--" + flag.Name, c.word}
				if flag.Name == "quota-headers" {
					args = append(args, "--quota", "5") // which it names
				}
				if len(command.Positional) > 0 {
					args = append(args, "x.csv")
				}
				parser, err := newParser(&commands{}, &app{}, &configuration{env: func(string) (string, bool) { return "", false }})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := parser.Parse(args); err != nil {
					t.Errorf("%q: %v", args, err)
				}
			}
		}
	}
	for _, name := range []string{"env", "format", "encoding", "accept", "tolerate", "rows", "progress", "date-format", "retry-after-form", "quota-headers"} {
		if !named[name] {
			t.Errorf("--%s is not completed", name)
		}
	}
}

// TestShellsComplete types in real shells, those of which are there.
func TestShellsComplete(t *testing.T) {
	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "offboard"), "offboard/cmd/offboard")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	folder := t.TempDir()
	for _, name := range []string{"leavers one.csv", "other.csv"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Each script sets the words, calls the completion, and prints what it has found.
	scripts := map[string]string{
		"bash": `source <(offboard completion bash)
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _offboard; printf '%s ' "${COMPREPLY[@]}"; echo; }
try offboard re
try offboard run --env = st
try offboard run --env st
try offboard run --tolerate held,fa
try offboard run --accept odd-
complete -p offboard`,
		"fish": `offboard completion fish | source
for line in 'offboard re' 'offboard run --env=st' 'offboard run --env st' 'offboard run --tolerate held,fa' 'offboard run --accept odd-'
  complete -C $line | string split -f1 \t | string join ' '
end
complete -C 'offboard run leav' | string split -f1 \t
true`,
		"zsh": `autoload -Uz compinit && compinit -u -d ` + filepath.Join(bin, "dump") + `
source <(offboard completion zsh)
compadd() { local word; for word in "${values[@]}"; do printf '%s ' "$word"; done; echo; }
try() { local -a words; words=("$@"); local CURRENT=$#; _offboard; }
try offboard re
try offboard run --env=st
try offboard run --env st
try offboard run --tolerate held,fa
try offboard run --accept odd-
print "$_comps[offboard]"`,
	}
	want := map[string]string{
		"bash": "report \nstaging staging-mea \nstaging staging-mea \nheld,failed \nodd-ref \ncomplete -F _offboard offboard\n",
		"fish": "report\n--env=staging --env=staging-mea\nstaging staging-mea\nheld,failed\nodd-ref\nleavers one.csv\n",
		"zsh":  "report \n--env=staging --env=staging-mea \nstaging staging-mea \nheld,failed \nodd-ref \n_offboard\n",
	}
	for shell, script := range scripts {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				t.Skip("skipped: there is no " + shell)
			}
			c := exec.Command(shell, "-c", script)
			c.Dir = folder
			c.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "OFFBOARD_") }),
				"PATH="+bin+":"+os.Getenv("PATH"), "HOME="+bin, "XDG_CONFIG_HOME="+bin, "XDG_DATA_HOME="+bin)
			out, err := c.CombinedOutput()
			if got := string(out); err != nil || got != want[shell] {
				t.Errorf("%v, got\n%s\nwant\n%s", err, got, want[shell])
			}
		})
	}
}
