package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"offboard/internal/report"
)

// scenarios are measured in this order.
var scenarios = []struct {
	name       string
	measure    func(*bench) error
	comparable bool // with -base
}{
	{"limit", limit, false},
	{"limit with Retry-After", limitWithRetryAfter, false},
	{"limit over TLS", limitOverTLS, false},
	{"another client", anotherClient, false},
	{"shards", shards, false},
	{"changing limit", changingLimit, false},
	{"throughput", throughput, true},
	{"parallel", parallel, false},
	{"memory", memory, false},
	{"start-up", startUp, false},
	{"latency", latency, false},
	{"rows", rows, true},
	{"sheets", sheets, true},
	{"exports", exports, false},
	{"report", reports, true},
	{"limits", otherLimits, false},
	{"check", check, false},
}

func limit(b *bench) error {
	return b.against("a limit of 150/s", 3000, limits{Burst: 15, Latency: 40 * time.Millisecond, Steps: []step{{0, 150}}}, aims{1.08, 1.5})
}

func limitWithRetryAfter(b *bench) error {
	return b.against("a limit of 150/s, `Retry-After: 1`", 3000, limits{Burst: 15, Latency: 40 * time.Millisecond, RetryAfter: time.Second, Steps: []step{{0, 150}}}, aims{1.08, 1.5})
}

func changingLimit(b *bench) error {
	return b.against("a limit of 150/s, 75/s from 5 s to 10 s", 3000, limits{Burst: 15, Latency: 40 * time.Millisecond,
		Steps: []step{{0, 150}, {5 * time.Second, 75}, {10 * time.Second, 150}}}, aims{1.15, 1.5})
}

// farAway is a tenant as users meet it, 100 ms away.
func (b *bench) farAway() limits {
	return limits{Burst: 15, Latency: 100 * time.Millisecond, Certificate: filepath.Join(b.dir, "certificate.pem"), Steps: []step{{0, 150}}}
}

func limitOverTLS(b *bench) error {
	return b.against("HTTPS, 100 ms, a limit of 150/s", 9000, b.farAway(), aims{1.05, 0.5})
}

func anotherClient(b *bench) error {
	l := b.farAway()
	l.Other = step{30 * time.Second, 75}
	return b.against("HTTPS, 100 ms, a limit of 150/s, of which another client takes half from 30 s on", 9000, l, aims{time: 1.15})
}

// otherLimits measures smaller runs against several limits.
func otherLimits(b *bench) error {
	for _, rate := range []float64{20, 50, 500} {
		l := limits{Burst: int(rate / 10), Latency: 40 * time.Millisecond, Steps: []step{{0, rate}}}
		if err := b.against(fmt.Sprintf("a limit of %g/s", rate), int(20*rate), l, aims{}); err != nil {
			return err
		}
	}
	return nil
}

// aims are the most that a run may take, by the ideal time, and the share of calls that may
// be refused, in percent; 0: there is no aim.
type aims struct{ time, refused float64 }

// against measures runs against a limit that offboard does not know: their time
// as a multiple of the ideal time, and the share of calls that were refused.
func (b *bench) against(what string, leavers int, l limits, most aims) error {
	input, err := b.leavers(leavers)
	if err != nil {
		return err
	}
	options, err := json.Marshal(l)
	if err != nil {
		return err
	}
	var times, refused sample
	for range b.runs {
		server, err := startServer("serve-limited", string(options))
		if err != nil {
			return err
		}
		u, err := b.suspend(server.address, input, 32)
		stats, stopped := server.stop()
		if err := errors.Join(err, stopped); err != nil {
			return err
		}
		steps := l.Steps
		if stats.OthersFor > 0 {
			last := steps[len(steps)-1].Rate
			steps = append(slices.Clone(steps), step{l.Other.After, last - float64(stats.Others)/stats.OthersFor.Seconds()})
		}
		times = append(times, u.wall.Seconds()/ideal(leavers, steps).Seconds())
		refused = append(refused, 100*float64(stats.Throttled)/float64(stats.Calls))
	}
	what = fmt.Sprintf("%d leavers, %s: ", leavers, what)
	b.aim(what+"time, by the ideal", times, most.time, 3, "")
	b.aim(what+"calls refused", refused, most.refused, 2, " %")
	return nil
}

// aim shows figures with an aim, or without one if most is 0.
func (b *bench) aim(what string, figures sample, most float64, digits int, unit string) {
	if most == 0 {
		b.show(what, figures, digits, unit)
		return
	}
	b.atMost(what, figures, most, digits, unit)
}

// suspend runs offboard without a ceiling.
func (b *bench) suspend(address, input string, concurrency int) (usage, error) {
	return b.suspendWith(b.offboard, address, input, concurrency)
}

func (b *bench) suspendWith(program, address, input string, concurrency int) (usage, error) {
	path := filepath.Join(b.dir, "out.report.csv")
	_ = os.Remove(path) // of the previous run
	env := []string{"OFFBOARD_API_SECRET=" + secret, "SSL_CERT_FILE=" + filepath.Join(b.dir, "certificate.pem")}
	return measure(b.dir, env, program, "run", input,
		"--base-url", address, "--tenant", tenant, "--yes", "--progress", "none",
		"--rate", "0", "--concurrency", strconv.Itoa(concurrency), "--report", path)
}

// leavers returns an input with n leavers. It writes the file only once.
func (b *bench) leavers(n int) (path string, err error) {
	path = filepath.Join(b.dir, fmt.Sprintf("leavers-%d.csv", n))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, write(path, n, "ref,endDate\n", func(ref string, _ int) string { return ref + "," + endDate + "\n" })
}

// refOf returns the ref of the i-th leaver.
func refOf(i int) string { return fmt.Sprintf("E%07d", i) }

// write writes a file with a header and a line for each of n refs.
func write(path string, n int, head string, line func(ref string, i int) string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	_, _ = w.WriteString(head) // Flush returns the error
	for i := range n {
		_, _ = w.WriteString(line(refOf(i), i))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

func startUp(b *bench) error {
	var times sample
	for range 4 * b.runs {
		u, err := measure(b.dir, nil, b.offboard, "version")
		if err != nil {
			return err
		}
		times = append(times, float64(u.wall.Microseconds())/1000)
	}
	b.atMost("`offboard version`", times, 20, 1, " ms")
	return nil
}

// memory measures the peak memory of runs and plans, and the time of large plans.
func memory(b *bench) error {
	for _, r := range []struct {
		leavers int
		most    float64
	}{{20_000, 40}, {300_000, 64}} {
		input, err := b.leavers(r.leavers)
		if err != nil {
			return err
		}
		server, err := startServer("serve-cheap")
		if err != nil {
			return err
		}
		var peaks sample
		for range b.runs {
			u, err := b.suspend(server.address, input, 8)
			if err != nil {
				return err
			}
			peaks = append(peaks, float64(u.peak)/1024)
		}
		if _, err := server.stop(); err != nil {
			return err
		}
		b.atMost(fmt.Sprintf("a run of %d leavers: peak memory", r.leavers), peaks, r.most, 0, " MiB")
	}
	return b.million()
}

// million measures a plan and a resumed run of a million rows, without any call.
func (b *bench) million() error {
	const n = 1_000_000
	input, err := b.leavers(n)
	if err != nil {
		return err
	}
	ledger := filepath.Join(b.dir, "million.report.csv")
	err = write(ledger, n, reportHeader, func(ref string, i int) string {
		return fmt.Sprintf("%s,%s,suspended,%s,%d,200,1,42,2024-07-01T00:00:00.000Z,7d444840-9dc0-11d1-b245-5ffdce74fad2,,sandbox,%s\n", ref, endDate, input, i+2, report.Check("sandbox", ref, endDate))
	})
	if err != nil {
		return err
	}
	var planTime, planPeak, resumeTime, resumePeak sample
	for range b.runs {
		u, err := measure(b.dir, nil, b.offboard, "plan", input)
		if err != nil {
			return err
		}
		planTime, planPeak = append(planTime, u.wall.Seconds()), append(planPeak, float64(u.peak)/1024)
		u, err = measure(b.dir, nil, b.offboard, "run", input, "--env", "sandbox", "--resume", "--report", ledger, "--progress", "none")
		if err != nil {
			return err
		}
		resumeTime, resumePeak = append(resumeTime, u.wall.Seconds()), append(resumePeak, float64(u.peak)/1024)
	}
	b.atMost("`plan` of 1,000,000 rows: time", planTime, 1.5, 2, " s")
	b.atMost("`plan` of 1,000,000 rows: peak memory", planPeak, 96, 0, " MiB")
	b.atMost("`--resume` with 1,000,000 suspended rows: time", resumeTime, 3, 2, " s")
	b.atMost("`--resume` with 1,000,000 suspended rows: peak memory", resumePeak, 96, 0, " MiB")
	return nil
}

// latency measures throughput for several latencies and numbers of requests in
// flight.
func latency(b *bench) error {
	for _, r := range []struct {
		latency              time.Duration
		concurrency, leavers int
	}{{0, 8, 20_000}, {0, 32, 20_000}, {10 * time.Millisecond, 8, 5000}, {10 * time.Millisecond, 32, 20_000}, {100 * time.Millisecond, 8, 500}, {100 * time.Millisecond, 32, 2000}} {
		input, err := b.leavers(r.leavers)
		if err != nil {
			return err
		}
		options, err := json.Marshal(limits{Latency: r.latency, Steps: []step{{}}})
		if err != nil {
			return err
		}
		server, err := startServer("serve-limited", string(options))
		if err != nil {
			return err
		}
		var paces sample
		for range b.runs {
			u, err := b.suspend(server.address, input, r.concurrency)
			if err != nil {
				return err
			}
			paces = append(paces, float64(r.leavers)/u.wall.Seconds())
		}
		if _, err := server.stop(); err != nil {
			return err
		}
		b.show(fmt.Sprintf("the simulator, latency %s, %d in flight", r.latency, r.concurrency), paces, 0, " calls/s")
	}
	return nil
}

// rows measures plans of inputs of several sizes.
func rows(b *bench) error {
	for _, n := range []int{10_000, 100_000, 1_000_000, 3_000_000} {
		input, err := b.leavers(n)
		if err == nil {
			err = b.plan(fmt.Sprintf("`plan` of %d rows", n), input)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// plan measures the plan of one input.
func (b *bench) plan(name, input string) error {
	if b.base != "" {
		return b.compare(name, func(program string) (usage, error) { return measure(b.dir, nil, program, "plan", input) })
	}
	var times, peaks sample
	for range b.runs {
		u, err := measure(b.dir, nil, b.offboard, "plan", input)
		if err != nil {
			return err
		}
		times, peaks = append(times, u.wall.Seconds()), append(peaks, float64(u.peak)/1024)
	}
	b.show(name+": time", times, 2, " s")
	b.show(name+": peak memory", peaks, 0, " MiB")
	return nil
}

func present(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}
