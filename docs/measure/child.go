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
	"syscall"
	"time"
)

// usage is what a program took from its start to its end.
type usage struct {
	wall time.Duration
	cpu  time.Duration // user and system together
	peak int64         // KiB of memory at most
}

// measure runs a program to its end. A program that is not done in time is
// killed, and that is an error.
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
	if r, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.peak = r.Maxrss
	}
	return u, nil
}

// last returns the last n bytes of a text.
func last(s string, n int) string { return s[max(0, len(s)-n):] }

// child is a server that runs in a process of its own.
type child struct {
	address string
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	stdout  *bufio.Reader
}

// startServer starts this program again as a server.
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

// stop ends the server and returns what it has counted.
func (c *child) stop() (statistics, error) {
	var s statistics
	_ = c.stdin.Close() // the server ends by it
	err := json.NewDecoder(c.stdout).Decode(&s)
	if errors.Is(err, io.EOF) {
		err = nil // a server that counts nothing
	}
	return s, errors.Join(err, c.cmd.Wait())
}

// microseconds is a share of a time that is given in microseconds.
func microseconds(text string, share float64) time.Duration {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return time.Duration(n * share * float64(time.Microsecond))
}
