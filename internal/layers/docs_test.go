package layers

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestEveryTestThatTheGuaranteesNameExists finds tests that were renamed or removed
// while docs/guarantees.md still names them.
func TestEveryTestThatTheGuaranteesNameExists(t *testing.T) {
	page, err := os.ReadFile("../../docs/guarantees.md")
	if err != nil {
		t.Fatal(err)
	}
	tests, err := exec.Command("go", "list", "-f", "{{range .TestGoFiles}}{{$.Dir}}/{{.}}\n{{end}}{{range .XTestGoFiles}}{{$.Dir}}/{{.}}\n{{end}}", "offboard/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, path := range strings.Fields(string(tests)) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	names := regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Za-z]+)`").FindAllStringSubmatch(string(page), -1)
	if len(names) < 20 {
		t.Errorf("the page names only %d tests", len(names))
	}
	for _, name := range names {
		if !strings.Contains(source.String(), "\nfunc "+name[1]+"(") {
			t.Errorf("the page names %s, which does not exist", name[1])
		}
	}
}

// TestEveryDependencyHasALineInTheREADME finds modules that were added or removed while the
// table of the README is as it was.
func TestEveryDependencyHasALineInTheREADME(t *testing.T) {
	var texts [2]string
	for i, path := range []string{"../../go.mod", "../../README.md"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	_, table, found := strings.Cut(texts[1], "| dependency | licence | lines | what it is for |\n|---|---|---|---|\n")
	if !found {
		t.Fatal("the README has no table of dependencies")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	listed := map[string]bool{}
	for line := range strings.Lines(table) {
		names, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " |")
		for name := range strings.SplitSeq(names, ", ") {
			listed[name] = true
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^(?:require )?\t?(\S+\.\S+/\S+) v\S+$`).FindAllStringSubmatch(texts[0], -1) {
		name := strings.TrimPrefix(m[1], "github.com/")
		if !listed[name] {
			t.Errorf("go.mod requires %s, which has no line in the README", name)
		}
		delete(listed, name)
	}
	for name := range listed {
		t.Errorf("the README has a line about %s, which go.mod does not require", name)
	}
}
