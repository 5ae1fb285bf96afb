package metrics

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestThePageHasEveryMetric holds the table of the documentation against the program.
func TestThePageHasEveryMetric(t *testing.T) {
	page, err := os.ReadFile("../../docs/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	var table string
	for _, f := range append(families, durations) {
		var labels []string
		for _, l := range f.labels {
			labels = append(labels, "`"+l+"`")
		}
		table += fmt.Sprintf("| `%s` | %s | %s |\n", f.name, strings.Join(labels, ", "), f.help)
	}
	if !strings.Contains(string(page), "|---|---|---|\n"+table+"\n") {
		t.Errorf("the table should be\n%s", table)
	}
	if lines := strings.Count(string(page), "\n"); lines > 100 {
		t.Errorf("the page has %d lines", lines)
	}
}
