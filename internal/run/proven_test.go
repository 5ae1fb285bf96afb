package run

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"offboard/internal/batch"
	"offboard/internal/leaver"
)

func TestOnlyAReportWithoutSuspensionsMakesARunAskForTheTenant(t *testing.T) {
	var july strings.Builder
	july.WriteString("ref\n")
	for i := range 30 {
		fmt.Fprintf(&july, "E%d\n", 100+i)
	}
	const line = "E1,,suspended,june.csv,2,200,1,80,2026-01-02T03:04:05Z,,\n"
	tests := []struct {
		name  string
		files map[string]string
		paths []string
		stops bool
	}{
		{"no report", nil, []string{"july.csv"}, true},
		{"the report has suspended somebody", map[string]string{"july.report.csv": header + line}, []string{"july.csv"}, false},
		{"the report has suspended nobody", map[string]string{"july.report.csv": header + strings.Replace(line, "suspended", "failed", 1)}, []string{"july.csv"}, true},
		{"another report that is read has", map[string]string{"june.report.csv": header + line}, []string{"july.csv", "june.report.csv"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"july.csv": july.String()}
			for path, text := range tt.files {
				files[path] = text
			}
			inFolder(t, files)
			_, target := simulator(t)
			s := settingsFor(tt.paths...)
			s.Resume = true
			r, err := Prepare(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			ended, err := r.CarryOut(t.Context(), t.Context(), target, conduct())
			closed(t, r, nil)
			if stops := errors.Is(err, batch.ErrNobodySuspended); stops != tt.stops || err != nil && !stops {
				t.Errorf("got %v, and %v", err, ended.Rows)
			}
			if n := ended.Rows[leaver.Pending]; n > 0 != tt.stops {
				t.Errorf("%d are pending", n)
			}
		})
	}
}
