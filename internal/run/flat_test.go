package run

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"offboard/internal/leaver"
	"offboard/pkg/thrive"
)

// usage is what a run uses at a moment.
type usage struct{ goroutines, descriptors, heap int }

func usageNow(t *testing.T) usage {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil && !os.IsNotExist(err) { // there is none beyond Linux
		t.Error(err)
	}
	return usage{runtime.NumGoroutine(), len(files), int(m.HeapAlloc)}
}

// TestALongRunUsesNoMoreThanAShortOne compares what a run uses soon after its start with
// what it uses near its end.
func TestALongRunUsesNoMoreThanAShortOne(t *testing.T) {
	leavers := 10_000
	if soak {
		leavers = 100_000
	}
	var input strings.Builder
	input.WriteString("ref\n")
	for i := range leavers {
		fmt.Fprintf(&input, "E%07d\n", i)
	}
	inFolder(t, map[string]string{"june.csv": input.String()})
	const samples = 20
	var calls atomic.Int64
	var mu sync.Mutex
	var used []usage
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ref := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/rest/v2/users/ref/"), "/suspend")
		if n := calls.Add(1); n%int64(leavers/samples) == 0 {
			mu.Lock()
			used = append(used, usageNow(t))
			mu.Unlock()
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"ref":%q,"active":false}`, ref)
	}))
	defer web.Close()
	r, err := Prepare(t.Context(), settingsFor("june.csv"))
	if err != nil {
		t.Fatal(err)
	}
	c := conduct()
	c.Concurrency = 32
	ended, err := r.CarryOut(t.Context(), t.Context(), Target{BaseURL: web.URL, Credentials: thrive.Basic{Tenant: "eu-west-2_AbcdEfghI", Secret: "secret"}, UserAgent: "test"}, c)
	closed(t, r, err)
	if n := ended.Rows[leaver.Suspended]; n != leavers || len(used) < samples {
		t.Fatalf("%d of %d are suspended, %d samples", n, leavers, len(used))
	}
	early, late := typical(used[2:8]), typical(used[len(used)-6:])
	t.Logf("%d leavers: early %+v, late %+v", leavers, early, late)
	if late.goroutines > early.goroutines+16 || late.descriptors > early.descriptors+8 || late.heap > early.heap+1<<20 {
		t.Errorf("%d leavers: a run uses %+v early and %+v late", leavers, early, late)
	}
}

// typical returns the medians.
func typical(all []usage) usage {
	median := func(of func(usage) int) int {
		var figures []int
		for _, u := range all {
			figures = append(figures, of(u))
		}
		slices.Sort(figures)
		return figures[len(figures)/2]
	}
	return usage{
		median(func(u usage) int { return u.goroutines }),
		median(func(u usage) int { return u.descriptors }),
		median(func(u usage) int { return u.heap }),
	}
}
