package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offboard/pkg/thrivetest"
)

// TestACheckTakesFewCalls asks a tenant about many leavers and about few. With 100,000 users
// and 5,000 leavers docs/measure does the same, and looks at the memory.
func TestACheckTakesFewCalls(t *testing.T) {
	const users = 5000
	tests := map[string]struct {
		leavers, lists, reads int
		flags                 []string
	}{
		"500 leavers by the list":            {leavers: 500, lists: 5},
		"2 leavers one by one":               {leavers: 2, lists: 1, reads: 2},
		"2 leavers by the list":              {leavers: 2, lists: 5, flags: []string{"--check-full"}},
		"3 leavers, since that is no dearer": {leavers: 3, lists: 5},
	}
	options := thrivetest.Options{Users: make([]thrivetest.User, users)}
	for i := range options.Users {
		options.Users[i] = thrivetest.User{Ref: fmt.Sprintf("E%06d", i), FirstName: "Ada", LastName: "Lovelace", Email: fmt.Sprintf("ada.%d@example.com", i), ManagerRef: fmt.Sprintf("E%06d", i/10)}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := setUp(t, 0, options)
			var text strings.Builder
			text.WriteString("ref,endDate\n")
			for i := range tt.leavers {
				fmt.Fprintf(&text, "E%06d,2024-06-30\n", users-1-i*(users/tt.leavers))
			}
			if err := os.WriteFile(filepath.Join(b.dir, "leavers.csv"), []byte(text.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			p := b.command(basic(thrivetest.DefaultSecret), append([]string{"--rate", "0", "--check"}, tt.flags...)...)
			p.Args[1] = "plan"
			p.run(t, 0)
			stats := b.Stats()
			if reads := stats.Reads - stats.Lists; stats.Lists != tt.lists || reads != tt.reads || stats.Suspends != 0 {
				t.Errorf("%d pages, %d reads and %d suspensions, want %d, %d and none", stats.Lists, reads, stats.Suspends, tt.lists, tt.reads)
			}
			if !strings.Contains(p.output.String(), " active\n") {
				t.Errorf("the plan does not say who is active:\n%s", p.output.String())
			}
		})
	}
}
