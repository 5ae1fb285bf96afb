package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAFlagWithOneValueIsGivenOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leavers.csv")
	if err := os.WriteFile(path, []byte("ref\nE1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{
		"except": "keep.csv", "accept-refs": "ok.csv", "env": "sandbox", "ref-pad": "8", "ref-prefix": "E", "ref-map": "map.csv",
		"date-format": "DD/MM/YYYY", "report": "r.csv", "max-leavers": "5", "rate": "7", "timeout": "3s", "log-format": "json",
		"max-failures": "10%", "progress": "none", "sheet": "S", "timezone": "UTC", "end-date-column": "none", "delimiter": "tab",
	}
	for flag, value := range values {
		for _, words := range [][]string{{"--" + flag, value, "--" + flag, value}, {"--" + flag + "=" + value, "--" + flag, value}} {
			code, _, stderr := invoke(t, nil, append([]string{"run", path}, words...)...)
			if want := "--" + flag + " is given twice, and has one value"; code != 64 || !strings.Contains(stderr, want) {
				t.Errorf("%q: exit code %d, %s", words, code, stderr)
			}
		}
	}
	t.Chdir(t.TempDir())
	env := map[string]string{"OFFBOARD_RATE": "7", "OFFBOARD_DATE_FORMAT": "DD/MM/YYYY"}
	for _, words := range [][]string{
		{"--rate", "8", "--date-format", "MM/DD/YYYY"}, // a flag overrides its variable
		{"--where", "ref=E1", "--where", "ref!=E2", "--accept", "odd-ref", "--accept", "cut-off"},
		{"--include-future", "--include-future"},
	} {
		if code, _, stderr := invoke(t, env, append([]string{"plan", path}, words...)...); code != 0 {
			t.Errorf("%q: exit code %d, %s", words, code, stderr)
		}
	}
}

func TestACommandThatIsPrintedCanBeTyped(t *testing.T) {
	typed := commandLine{command: "plan", words: []string{"./-x.csv", "--ref-pad", "6"}}
	for got, want := range map[string]string{
		typed.String():                                           "offboard plan ./-x.csv --ref-pad 6",
		typed.set("--ref-pad", "8").String():                     "offboard plan ./-x.csv --ref-pad 8",
		typed.with(flagWords("--where", "--a!=b")...).String():   "offboard plan ./-x.csv --ref-pad 6 '--where=--a!=b'",
		typed.withInput([]string{"./-x.csv"}, "-r.csv").String(): "offboard plan ./-r.csv --ref-pad 6",
		quoteFlag("--where", "--status!=Active"):                 "--where='--status!=Active'",
		quoteFlag("--where", "status!=Active"):                   "--where 'status!=Active'",
		step{"", "--where", "-a=b"}.addedTo(typed).String():      "offboard plan ./-x.csv --ref-pad 6 --where=-a=b",
		step{"", "--ref-pad", "7"}.addedTo(typed).String():       "offboard plan ./-x.csv --ref-pad 7",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAReportThatIsNamedLikeAFlagIsPrintedAsAPath(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("-x.csv", []byte("ref,endDate\nE1,2024-01-02\nE2,\nE3,2024-01-02\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, stdout, _ := invoke(t, nil, "run", "./-x.csv", "--env", "sandbox", "--rate", "0", "--progress", "none")
	if !strings.Contains(stdout, "offboard plan ./-x.sandbox.csv shows why") {
		t.Errorf("the result is %s", stdout)
	}
}

func TestAPlanSaysWhomAListDoesNotFind(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"leavers.csv": "ref\nE1\nE2\n", "keep.csv": "ref\nE1\nE7\nE8\n", "one.csv": "ref\nE9\n", "all.csv": "ref\nE1\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for list, want := range map[string]string{
		"keep.csv": "Never suspended: 3 refs in keep.csv; no row of the inputs has 2 of them\n",
		"one.csv":  "Never suspended: 1 ref in one.csv; no row of the inputs has it\n",
		"all.csv":  "Never suspended: 1 ref in all.csv\n",
	} {
		if _, stdout, stderr := invoke(t, nil, "plan", "leavers.csv", "--except", list); !strings.Contains(stdout, want) {
			t.Errorf("%s: the plan is %s%s", list, stdout, stderr)
		}
	}
}
