package verify

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// service answers each suspension when it is told to.
type service struct {
	status  int
	arrived chan struct{} // receives when a call has come
	release chan struct{} // closed: calls are answered
	once    sync.Once
}

func newService(status int) *service {
	return &service{status: status, arrived: make(chan struct{}, 100), release: make(chan struct{})}
}

func (s *service) open() { s.once.Do(func() { close(s.release) }) }

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.arrived <- struct{}{}
	<-s.release
	ref := strings.Split(strings.TrimPrefix(r.URL.Path, "/rest/v2/users/ref/"), "/")[0]
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(s.status)
	fmt.Fprintf(w, `{"ref":%q,"active":false}`, ref)
}

// scene is a folder with a list of ten leavers, and a service.
type scene struct {
	*service
	dir string
	url string
}

func newScene(t *testing.T, status int) *scene {
	t.Helper()
	s := &scene{service: newService(status), dir: t.TempDir()}
	server := httptest.NewServer(s.service)
	t.Cleanup(server.Close)
	t.Cleanup(s.open) // before the server closes, which waits for its calls
	s.url = server.URL
	text := "ref\n"
	for i := range 10 {
		text += fmt.Sprintf("E%d\n", 1000+i)
	}
	write(t, filepath.Join(s.dir, "leavers.csv"), text)
	return s
}

func (s *scene) run(t *testing.T, more ...string) *process {
	t.Helper()
	args := append([]string{"run", "leavers.csv", "--base-url", s.url, "--tenant", "t", "--yes", "--resume",
		"--report", "ledger.csv", "--concurrency", "2", "--rate", "0"}, more...)
	return start(t, s.dir, []string{"OFFBOARD_API_SECRET=s"}, args...)
}

// provocations have what leads to each exit code.
var provocations = []struct {
	name    string
	code    int32
	provoke func(t *testing.T) int32
}{
	{"every leaver is suspended", 0, func(t *testing.T) int32 {
		s := newScene(t, 200)
		s.open()
		return s.run(t).exitCode(t)
	}},
	{"the ledger is taken away", 1, func(t *testing.T) int32 {
		s := newScene(t, 200)
		p := s.run(t)
		<-s.arrived
		if err := os.Rename(filepath.Join(s.dir, "ledger.csv"), filepath.Join(s.dir, "elsewhere")); err != nil {
			t.Fatal(err)
		}
		s.open()
		return p.exitCode(t)
	}},
	{"nobody is known", 3, func(t *testing.T) int32 {
		s := newScene(t, 404)
		s.open()
		return s.run(t).exitCode(t)
	}},
	{"the pod is evicted", 4, func(t *testing.T) int32 {
		s := newScene(t, 200)
		p := s.run(t)
		<-s.arrived
		p.signal(t, syscall.SIGTERM)
		eventually(t, "a pending leaver: the run is stopping", func() bool {
			return strings.Contains(readFile(t, s.dir, "ledger.csv"), ",pending,")
		})
		s.open()
		return p.exitCode(t)
	}},
	{"the credentials are refused", 5, func(t *testing.T) int32 {
		s := newScene(t, 401)
		s.open()
		return s.run(t).exitCode(t)
	}},
	{"a flag that does not exist", 64, func(t *testing.T) int32 {
		return newScene(t, 200).run(t, "--no-such-flag").exitCode(t)
	}},
	{"another run is writing the ledger", 75, func(t *testing.T) int32 {
		s := newScene(t, 200)
		first := s.run(t)
		<-s.arrived
		code := s.run(t).exitCode(t)
		s.open()
		if first := first.exitCode(t); first != 0 {
			t.Errorf("the first run ended with %d", first)
		}
		return code
	}},
	{"the pod is killed", 137, func(t *testing.T) int32 {
		s := newScene(t, 200)
		p := s.run(t)
		<-s.arrived
		p.signal(t, syscall.SIGKILL)
		return p.exitCode(t)
	}},
}

func readFile(t *testing.T, elements ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The table of what an exit code leads to is held against the exit codes that the tool has.
func TestWhatEachExitCodeLeadsTo(t *testing.T) {
	files := readTree(t)
	nightly, err := files.build("overlays/nightly")
	if err != nil {
		t.Fatal(err)
	}
	migration, err := files.build("overlays/migration")
	if err != nil {
		t.Fatal(err)
	}
	policies := map[string]struct {
		of    func(code int32, disrupted bool) action
		table map[int32]action
	}{
		"nightly": {func(code int32, disrupted bool) action {
			return actionFor(nightly.cronJobs[0].Spec.JobTemplate.Spec.PodFailurePolicy, code, disrupted)
		}, nightlyActions},
		"migration": {func(code int32, disrupted bool) action {
			return actionFor(migration.jobs[0].Spec.PodFailurePolicy, code, disrupted)
		}, migrationActions},
	}
	// Only the system makes these: a crash of Go, and a SIGTERM that nothing handles.
	known := map[int32]bool{2: true, 143: true}
	for _, p := range provocations {
		t.Run(p.name, func(t *testing.T) {
			code := p.provoke(t)
			if code != p.code {
				t.Fatalf("exit code %d, want %d", code, p.code)
			}
			known[code] = true
			if code == 0 {
				return // the pod has not failed
			}
			for name, policy := range policies {
				if got := policy.of(code, false); got != policy.table[code] || got == "" {
					t.Errorf("%s: %d leads to %s, want %s", name, code, got, policy.table[code])
				}
				if got := policy.of(code, true); got != ignore {
					t.Errorf("%s: %d of an evicted pod leads to %s", name, code, got)
				}
			}
		})
	}
	for code := range nightlyActions {
		if !known[code] {
			t.Errorf("nothing provokes the exit code %d", code)
		}
	}
}

// The page tells people what a failed pod leads to.
func TestTheTableOfThePage(t *testing.T) {
	said := map[action]string{
		failJob: "the Job fails at once", failIndex: "the shard fails, the others go on",
		ignore: "tried again until the other run is over", count: "tried again, four attempts in all",
	}
	codes := map[string]int32{"killed": 137, "1": 1, "3": 3, "4": 4, "5": 5, "64": 64, "75": 75}
	rows := 0
	for line := range strings.Lines(readFile(t, "..", "..", "..", "docs", "kubernetes.md")) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			continue
		}
		for name := range strings.SplitSeq(cells[1], ", ") {
			code, ok := codes[strings.TrimSpace(name)]
			if !ok {
				continue
			}
			rows++
			nightly, migration := strings.TrimSpace(cells[2]), strings.TrimSpace(cells[3])
			if !strings.HasPrefix(nightly, said[nightlyActions[code]]) {
				t.Errorf("%s: %s", name, nightly)
			}
			if strings.HasPrefix(migration, "the same") {
				migration = nightly
			}
			if !strings.HasPrefix(migration, said[migrationActions[code]]) {
				t.Errorf("%s, of a shard: %s", name, migration)
			}
		}
	}
	if rows != len(codes) {
		t.Errorf("the table has %d exit codes, want %d", rows, len(codes))
	}
}
