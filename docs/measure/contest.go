package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// contestant is a program that makes the same calls, eight at a time.
type contestant struct {
	name string
	// measure runs it for the n leavers of an input.
	measure func(address, input string, n int) (usage, error)
	pace    sample // calls per second
	cpu     sample // microseconds per call
}

// throughput compares offboard with vegeta and a plain loop on a server without a
// limit, or with the base.
func throughput(b *bench) error {
	if b.base != "" {
		return b.compareThroughput()
	}
	for _, n := range []int{20_000, 100_000} {
		ours := &contestant{name: "offboard", measure: func(address, input string, _ int) (usage, error) { return b.suspend(address, input, 8) }}
		vegeta := &contestant{name: "vegeta", measure: b.runVegeta}
		plain := &contestant{name: "a plain loop", measure: b.runLoop}
		if err := b.contest(n, ours, vegeta, plain); err != nil {
			return err
		}
		what := fmt.Sprintf("%d leavers, no limit, no latency: ", n)
		for _, c := range []*contestant{ours, vegeta, plain} {
			b.show(what+c.name, c.pace, 0, " calls/s")
			b.show(what+c.name+", processor time", c.cpu, 1, " µs/call")
		}
		b.atLeast(what+"offboard by vegeta", ratios(ours.pace, vegeta.pace), 1.05, 2, "")
		b.atMost(what+"processor time, offboard by vegeta", ratios(ours.cpu, vegeta.cpu), 1, 2, "")
		b.show(what+"a plain loop by vegeta", ratios(plain.pace, vegeta.pace), 2, "")
	}
	if !present("wrk") {
		return nil
	}
	limit := &contestant{name: "wrk", measure: b.runWrk}
	ours := &contestant{name: "offboard", measure: func(address, input string, _ int) (usage, error) { return b.suspend(address, input, 8) }}
	if err := b.contest(100_000, ours, limit); err != nil {
		return err
	}
	b.show("100000 leavers: `wrk -t1 -c8`", limit.pace, 0, " calls/s")
	b.show("100000 leavers: offboard by wrk", ratios(ours.pace, limit.pace), 2, "")
	return nil
}

// parallel compares offboard with GNU parallel and curl. These are slow, so they
// make fewer calls.
func parallel(b *bench) error {
	const few, many = 400, 20_000
	curl := &contestant{name: "parallel -j 8 curl", measure: b.runParallel}
	ours := &contestant{name: "offboard", measure: func(address, input string, _ int) (usage, error) { return b.suspend(address, input, 8) }}
	if err := b.contest(few, curl); err != nil {
		return err
	}
	if err := b.contest(many, ours); err != nil {
		return err
	}
	b.show("`parallel -j 8` with `curl`", curl.pace, 0, " calls/s")
	b.atLeast("offboard by `parallel -j 8` with `curl`", ratios(ours.pace, curl.pace), 150, 0, "")
	return nil
}

// contest lets contestants make n calls each, in turn, against the same server.
func (b *bench) contest(n int, contestants ...*contestant) error {
	input, err := b.leavers(n)
	if err != nil {
		return err
	}
	server, err := startServer("serve-cheap")
	if err != nil {
		return err
	}
	for range b.runs {
		for _, c := range contestants {
			u, err := c.measure(server.address, input, n)
			if err != nil {
				return err
			}
			c.pace = append(c.pace, float64(n)/u.wall.Seconds())
			c.cpu = append(c.cpu, float64(u.cpu.Microseconds())/float64(n))
		}
	}
	_, err = server.stop()
	return err
}

// ratios returns the ratio of two figures in each run.
func ratios(a, b sample) sample {
	var r sample
	for i := range a {
		r = append(r, a[i]/b[i])
	}
	return r
}

func authorization() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(tenant+":"+secret))
}

// runVegeta lets vegeta call each target of a file once, without a limit.
func (b *bench) runVegeta(address, _ string, n int) (usage, error) {
	targets, content := filepath.Join(b.dir, fmt.Sprintf("targets-%d.txt", n)), filepath.Join(b.dir, "body.json")
	if err := os.WriteFile(content, []byte(body), 0o600); err != nil {
		return usage{}, err
	}
	err := write(targets, n, "", func(ref string, _ int) string {
		return fmt.Sprintf("PATCH %s%s\nContent-Type: application/json\nAuthorization: %s\n@%s\n\n", address, pathOf(ref), authorization(), content)
	})
	if err != nil {
		return usage{}, err
	}
	return measure(b.dir, nil, b.vegeta, "attack", "-lazy", "-rate=0", "-max-workers=8", "-connections=8",
		"-targets", targets, "-output", filepath.Join(b.dir, "vegeta.bin"))
}

func (b *bench) runLoop(address, input string, _ int) (usage, error) {
	self, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	return measure(b.dir, nil, self, "loop", address, input, filepath.Join(b.dir, "loop.csv"), "8")
}

func (b *bench) runParallel(address, input string, _ int) (usage, error) {
	call := fmt.Sprintf("curl -s -o /dev/null -w '%%{http_code}\\n' -X PATCH -H 'Content-Type: application/json' -u %s:%s -d '%s' %s/rest/v2/users/ref/{1}/suspend",
		tenant, secret, body, address)
	return measure(b.dir, []string{"PARALLEL_HOME=" + b.dir}, "parallel", "--will-cite", "-j", "8", "--colsep", ",", "--header", ":", "-a", input, call)
}

// runWrk lets wrk make calls for five seconds, and returns the share that n calls
// take.
func (b *bench) runWrk(address, _ string, n int) (usage, error) {
	script := filepath.Join(b.dir, "wrk.lua")
	text := fmt.Sprintf(`wrk.method = "PATCH"
wrk.body = '%s'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "%s"
local i = 0
request = function()
  i = i + 1
  return wrk.format(nil, string.format("/rest/v2/users/ref/E%%07d/suspend", i))
end
done = function(summary)
  local f = io.open("%s", "w")
  f:write(string.format("%%d %%d", summary.requests, summary.duration))
  f:close()
end
`, body, authorization(), filepath.Join(b.dir, "wrk.out"))
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		return usage{}, err
	}
	u, err := measure(b.dir, nil, "wrk", "-t1", "-c8", "-d5s", "-s", script, address)
	if err != nil {
		return u, err
	}
	out, err := os.ReadFile(filepath.Join(b.dir, "wrk.out"))
	if err != nil {
		return u, err
	}
	figures := regexp.MustCompile(`\d+`).FindAllString(string(out), 2)
	requests, err := strconv.ParseFloat(figures[0], 64)
	if err != nil {
		return u, err
	}
	share := float64(n) / requests
	u.wall = microseconds(figures[1], share)
	u.cpu = microseconds(strconv.FormatInt(u.cpu.Microseconds(), 10), share)
	return u, nil
}
