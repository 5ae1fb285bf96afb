package thrive_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// inRounds serves calls in groups of n, each when all n are in flight. A call on a
// connection of its own, which confirms a refusal, belongs to no group.
func inRounds(n int, next http.Handler) http.Handler {
	var mu sync.Mutex
	waiting, open := 0, make(chan struct{}) // closed by the last call of a round
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/oauth2/") && !r.Close {
			mu.Lock()
			mine := open
			if waiting++; waiting == n {
				close(open)
				waiting, open = 0, make(chan struct{})
			}
			mu.Unlock()
			select {
			case <-mine:
			case <-r.Context().Done():
			}
		}
		next.ServeHTTP(w, r)
	})
}

func TestConnectionsAreReused(t *testing.T) {
	const workers, calls = 8, 400
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	unknown := map[string]thrivetest.Fault{}
	for round := 0; round < calls/workers; round += 2 {
		unknown[fmt.Sprint("E-", round, "-", round%workers)] = 404
	}
	s.SetFaults(thrivetest.Faults{Refs: unknown, Shares: map[thrivetest.Fault]float64{503: 0.1, thrivetest.NotJSON: 0.1}})
	var opened, alone atomic.Int32
	rounds := inRounds(workers, s)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Close {
			alone.Add(1)
		}
		rounds.ServeHTTP(w, r)
	}))
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	confirmed := 0 // refusals
	for name, cred := range map[string]thrive.Credentials{"basic": basic, "oauth": oauth(srv.URL)} {
		opened.Store(0)
		alone.Store(0)
		c := newClient(t, thrive.Config{BaseURL: srv.URL, Credentials: cred, MaxConnections: workers})
		for round := range calls / workers {
			together(workers, func(i int) error {
				_, err := c.SuspendUser(t.Context(), fmt.Sprint("E-", round, "-", i), time.Time{})
				return err
			})
		}
		// Without rounds a worker could get a connection that another worker has
		// returned, while its own dial goes on.
		if got := opened.Load() - alone.Load(); got > workers {
			t.Errorf("%s: %d connections for %d workers", name, got, workers)
		}
		confirmed += int(alone.Load())
	}
	if st := s.Stats(); st.Suspends != 2*calls+confirmed || confirmed != 2*len(unknown) || st.ByStatus[404] == 0 || st.ByStatus[503] == 0 {
		t.Errorf("counts %+v", st)
	}
}
