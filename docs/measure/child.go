package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// usage is what a process used from its start to its end.
type usage struct {
	wall time.Duration
	cpu  time.Duration // user and system
	peak int64         // peak memory in KiB
}

// measure runs a program to its end. It kills a program that takes more than five
// minutes, and returns an error.
func measure(dir string, env []string, name string, args ...string) (usage, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	var out strings.Builder
	c.Stdout, c.Stderr = &out, &out
	start := time.Now()
	err := c.Run()
	u := usage{wall: time.Since(start)}
	if err != nil {
		return u, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, last(out.String(), 2000))
	}
	u.cpu = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	u.peak = peakOf(c.ProcessState)
	return u, nil
}

// last returns the last n bytes of a text.
func last(s string, n int) string { return s[max(0, len(s)-n):] }

// child is a server in another process.
type child struct {
	address string
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	stdout  *bufio.Reader
}

// startServer starts this program as a server, and reads its address.
func startServer(args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(self, args...)}
	c.cmd.Stderr = os.Stderr
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.stdout = bufio.NewReader(stdout)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := c.stdout.ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server did not start: %w", err), c.cmd.Wait())
	}
	c.address = strings.TrimSpace(line)
	return c, nil
}

// stop ends the server and returns its counts.
func (c *child) stop() (statistics, error) {
	var s statistics
	_ = c.stdin.Close() // ends the server
	err := json.NewDecoder(c.stdout).Decode(&s)
	if errors.Is(err, io.EOF) {
		err = nil // a server without counts
	}
	return s, errors.Join(err, c.cmd.Wait())
}

// microseconds returns a share of a number of microseconds.
func microseconds(text string, share float64) time.Duration {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return time.Duration(n * share * float64(time.Microsecond))
}
