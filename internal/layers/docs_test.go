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
