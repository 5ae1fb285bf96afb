package report

import (
	"strings"
	"testing"
)

// TestANullIsNotTheValueOfTheLineBefore: the values of a line are read into those of the
// line before.
func TestANullIsNotTheValueOfTheLineBefore(t *testing.T) {
	first := suspended("a", 2)
	first.Reason = "because"
	second := suspended("b", 3)
	second.EndDate.Text = ""
	text := written(t, JSONL, first, second)
	lines := strings.SplitAfter(text, "\n")
	lines[1] = strings.NewReplacer(`"endDate":""`, `"endDate":null`, `"error":""`, `"error":null`, `"httpStatus":200`, `"httpStatus":null`,
		`"finishedAt":"2024-07-01T12:00:00.25Z"`, `"finishedAt":null`, `"durationMs":84`, `"durationMs":null`).Replace(lines[1])
	for range 2 {
		got := collect(t, newReader(t, strings.Join(lines, "")).Lines())
		if r := got[1]; r.Fault != "" || r.EndDate.Text != "" || r.Reason != "" || r.HTTPStatus != 0 || r.Duration != 0 || !r.FinishedAt.IsZero() || r.Ref != "b" {
			t.Errorf("got %+v", r)
		}
		if r := got[0]; r.Ref != "a" || r.Reason != "because" || r.EndDate.Text != "2024-06-30" {
			t.Errorf("got %+v", r)
		}
		lines[0] = strings.Replace(lines[0], "because", `b\u0065cause`, 1)
	}
}
