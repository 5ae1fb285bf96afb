package verify

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// node has what a node gives to a pod: its volumes as folders, and a network with the
// sandbox and a Pushgateway.
type node struct {
	dir    string
	api    string // the address of the sandbox
	push   string
	pushed atomic.Int64
}

func newNode(t *testing.T) *node {
	t.Helper()
	n := &node{dir: t.TempDir()}
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/metrics/job/offboard") {
			n.pushed.Add(1)
		}
	}))
	t.Cleanup(gateway.Close)
	n.push = gateway.URL
	for _, volume := range []string{"data", "inbox", "tmp"} {
		if err := os.Mkdir(filepath.Join(n.dir, volume), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(n.dir, "secret", "thrive-api-secret"), "sandbox-secret\n")
	n.serve(t)
	return n
}

// serve starts the sandbox, and stops it when the test ends.
func (n *node) serve(t *testing.T) {
	t.Helper()
	sandbox := exec.Command(program, "sandbox")
	out, err := os.Create(filepath.Join(n.dir, "sandbox"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	sandbox.Stdout, sandbox.Env = out, []string{"HOME=/nowhere"}
	if err := sandbox.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = sandbox.Process.Kill()
		_ = sandbox.Wait()
	})
	address := regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+`)
	eventually(t, "the sandbox", func() bool {
		n.api = address.FindString(readFile(t, out.Name()))
		return n.api != ""
	})
}

// args returns the arguments of a container as they are in a pod, with its volumes where this
// node has them. Only the addresses are others.
func (n *node) args(c corev1.Container, pod string) []string {
	paths := map[string]string{}
	for _, m := range c.VolumeMounts {
		paths[m.MountPath] = map[string]string{
			"/data": filepath.Join(n.dir, "data"), "/inbox": filepath.Join(n.dir, "inbox"), "/tmp": filepath.Join(n.dir, "tmp"),
			"/run/secrets/offboard": filepath.Join(n.dir, "secret"), "/etc/offboard": filepath.Join("..", "overlays", "nightly", "lists"),
		}[m.MountPath]
	}
	var args []string
	for _, arg := range c.Args {
		for mount, folder := range paths {
			if at := strings.Index(arg, mount+"/"); at == 0 || at > 0 && arg[at-1] == '=' {
				arg = arg[:at] + folder + arg[at+len(mount):]
				break
			}
		}
		arg = strings.ReplaceAll(arg, "$(POD_NAME)", pod)
		arg = strings.Replace(arg, "http://pushgateway.monitoring.svc:9091", n.push, 1)
		args = append(args, arg)
	}
	return append(args, "--base-url="+n.api)
}

// start starts a pod of a container.
func (n *node) start(t *testing.T, c corev1.Container, pod string, env ...string) *process {
	t.Helper()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, wd, append(env, "TMPDIR="+filepath.Join(n.dir, "tmp")), n.args(c, pod)...)
}

// run runs a pod to its end.
func (n *node) run(t *testing.T, c corev1.Container, pod string, want int32) *process {
	t.Helper()
	p := n.start(t, c, pod)
	if code := p.exitCode(t); code != want {
		t.Fatalf("%s: exit code %d, want %d\n%s", pod, code, want, p.output.String())
	}
	used := *resource.NewQuantity(p.ProcessState.SysUsage().(*syscall.Rusage).Maxrss<<10, resource.BinarySI)
	if most := c.Resources.Requests[corev1.ResourceMemory]; used.Cmp(most) > 0 {
		t.Errorf("%s took %s of memory, and requests %s", pod, used.String(), most.String())
	}
	return p
}

// export writes a list of leavers that an exporter has finished some minutes ago.
func (n *node) export(t *testing.T, name string, refs ...string) {
	t.Helper()
	text := "ref,endDate\n"
	for _, ref := range refs {
		text += ref + ",2024-06-30\n"
	}
	path := filepath.Join(n.dir, name)
	write(t, path, text)
	earlier := time.Now().Add(-6 * time.Minute)
	if err := os.Chtimes(path, earlier, earlier); err != nil {
		t.Fatal(err)
	}
}

func numbers(from, to int) []string {
	var refs []string
	for i := from; i < to; i++ {
		refs = append(refs, fmt.Sprint(i))
	}
	return refs
}

// lines counts the lines of ledgers that have a text.
func (n *node) lines(t *testing.T, pattern, text string) int {
	t.Helper()
	ledgers, err := filepath.Glob(filepath.Join(n.dir, "data", pattern))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, ledger := range ledgers {
		found += strings.Count(readFile(t, ledger), text)
	}
	return found
}

// The nights of the overlay, by its own command.
func TestTheCommandOfTheNightlyRun(t *testing.T) {
	t.Parallel()
	o, err := readTree(t).build("overlays/nightly")
	if err != nil {
		t.Fatal(err)
	}
	n, c := newNode(t), o.cronJobs[0].Spec.JobTemplate.Spec.Template.Spec.Containers[0]
	n.run(t, c, "night-0", 3) // nothing has come for two days
	n.export(t, "inbox/monday.csv", append(numbers(100100, 100140), "C-17", "C-18")...)
	plan := c
	plan.Args = slices.Concat([]string{"plan"}, c.Args[1:])
	n.run(t, plan, "a plan by hand", 0)
	if lines := n.lines(t, "ledger.csv", "\n"); lines != 1 {
		t.Errorf("the ledger has %d lines after the plan, want its header", lines)
	}
	n.run(t, c, "night-1", 0)
	if done := n.lines(t, "ledger.csv", ",suspended,"); done != 42 {
		t.Errorf("%d leavers are suspended, want 42", done)
	}
	n.export(t, "inbox/tuesday.csv", append(numbers(100140, 100150), "nobody-1")...)
	n.run(t, c, "night-2", 3) // a new ref that the tenant does not have, of another form besides
	n.run(t, c, "night-3", 0) // it is no news any more
	if done := n.lines(t, "ledger.csv", ",suspended,"); done != 52 {
		t.Errorf("%d leavers are suspended, want 52: nobody twice", done)
	}
	// The export still writes this one.
	write(t, filepath.Join(n.dir, "inbox", "wednesday.csv"), "ref,endDate\n100199,2024-06-30\n")
	n.run(t, c, "night-4", 0)
	if done := n.lines(t, "ledger.csv", "100199"); done != 0 {
		t.Error("a file that has just changed was read")
	}
	for _, night := range []string{"night-1", "night-2", "night-3", "night-4"} {
		if summary := readFile(t, n.dir, "data", night+".summary.json"); !strings.Contains(summary, `"kind": "offboard summary"`) {
			t.Errorf("%s has no summary", night)
		}
	}
	if n.pushed.Load() < 4 {
		t.Errorf("the Pushgateway has got %d nights, want 4", n.pushed.Load())
	}
}

// The shards of the overlay, by its own command, all at the same time.
func TestTheCommandOfTheMigration(t *testing.T) {
	t.Parallel()
	o, err := readTree(t).build("overlays/migration")
	if err != nil {
		t.Fatal(err)
	}
	const leavers = 300
	n, c := newNode(t), o.jobs[0].Spec.Template.Spec.Containers[0]
	n.export(t, "data/leavers.csv", numbers(200000, 200000+leavers)...)
	// The second time each pod has come in the place of one that was evicted at its end.
	for attempt := range 2 {
		var pods []*process
		for i := range int(*o.jobs[0].Spec.Completions) {
			pods = append(pods, n.start(t, c, fmt.Sprintf("shard-%d-%d", i, attempt), fmt.Sprint("JOB_COMPLETION_INDEX=", i)))
		}
		for i, p := range pods {
			if code := p.exitCode(t); code != 0 {
				t.Errorf("shard %d: exit code %d\n%s", i, code, p.output.String())
			}
		}
	}
	if done := n.lines(t, "ledger.*-of-10.csv", ",suspended,"); done != leavers {
		t.Errorf("%d leavers are suspended, want %d", done, leavers)
	}
	if ledgers := n.lines(t, "ledger.*-of-10.csv", "ref,endDate,outcome"); ledgers != 10 {
		t.Errorf("%d ledgers, want 10", ledgers)
	}
	if summaries, err := filepath.Glob(filepath.Join(n.dir, "data", "shard-*.summary*.json")); err != nil || len(summaries) != 20 {
		t.Errorf("%d summaries, want one of each pod", len(summaries))
	}
	report := start(t, filepath.Join(n.dir, "data"), nil, append([]string{"report"}, ledgers(t, n)...)...)
	if code := report.exitCode(t); code != 0 || !bytes.Contains(report.output.Bytes(), []byte("suspended")) {
		t.Errorf("the report of all shards: exit code %d\n%s", code, report.output.String())
	}
}

func ledgers(t *testing.T, n *node) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(n.dir, "data", "ledger.*-of-10.csv"))
	if err != nil || len(paths) == 0 {
		t.Fatal(err)
	}
	return paths
}

// A flag that does not exist must not pass.
func TestACommandWithAFlagThatDoesNotExist(t *testing.T) {
	o, err := readTree(t).build("overlays/nightly")
	if err != nil {
		t.Fatal(err)
	}
	n, c := newNode(t), o.cronJobs[0].Spec.JobTemplate.Spec.Template.Spec.Containers[0]
	n.export(t, "inbox/monday.csv", numbers(100100, 100140)...)
	c.Args = append(c.Args, "--setle=5m")
	n.run(t, c, "a slip", 64)
}
