package main

import (
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"

	"offboard/internal/report"
)

// TestMain makes this program available to scripts and tests as the command
// offboard.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"offboard": main, "offboard-on-a-full-volume": fullVolume})
}

// TestScripts runs the scripts in testdata: stories of users, as they type them.
func TestScripts(t *testing.T) {
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			port, err := freePort()
			env.Values[tenantKey{}] = &storyTenant{}
			env.Setenv("PORT", port)
			env.Setenv("SAMPLES", samples)
			env.Setenv("TODAY", time.Now().UTC().Format(time.DateOnly))
			env.Setenv("SOON", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"calls":       calls,
			"checks":      checks,
			"exits":       exits,
			"expand":      expand,
			"hrsync":      hrsync,
			"promote":     promote,
			"listens":     listens,
			"nights":      nights,
			"removeusers": removeusers,
			"suspended":   suspended,
			"tenant":      tenant,
			"toutf16":     toUTF16,
		},
	})
}

// freePort returns a loopback port on which nothing listens.
func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}

// exits runs a command and checks its exit code: exits 64 offboard run.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code command [args…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// expand replaces variables in files, such as $SOON, a date in the future.
func expand(ts *testscript.TestScript, neg bool, files []string) {
	if neg || len(files) == 0 {
		ts.Fatalf("usage: expand file…")
	}
	for _, file := range files {
		text := os.Expand(ts.ReadFile(file), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(text), 0o600))
	}
}

// checks completes reports whose lines end with the error, and the objects of one that
// lack keys, with their target and their check: checks sandbox june.report.csv.
func checks(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: checks target file…")
	}
	target := args[0]
	for _, file := range args[1:] {
		lines := strings.SplitAfter(ts.ReadFile(file), "\n")
		for i, line := range lines {
			switch object := map[string]any{}; {
			case strings.HasPrefix(line, "{"):
				for _, key := range []string{"httpStatus", "attempts", "durationMs", "finishedAt", "requestId", "error"} {
					object[key] = nil
				}
				ts.Check(json.Unmarshal([]byte(line), &object))
				object["target"], object["check"] = target, report.Check(target, object["ref"].(string), object["endDate"].(string))
				text, err := json.Marshal(object)
				ts.Check(err)
				lines[i] = string(text) + "\n"
			case i > 0 && strings.HasSuffix(line, "\n"):
				fields, err := csv.NewReader(strings.NewReader(line)).Read()
				ts.Check(err)
				lines[i] = strings.TrimSuffix(line, "\n") + "," + target + "," + report.Check(target, fields[0], fields[1]) + "\n"
			}
		}
		ts.Check(os.WriteFile(ts.MkAbs(file), []byte(strings.Join(lines, "")), 0o600))
	}
}

// listens waits until a program accepts connections at an address, such as
// listens 127.0.0.1:8080.
func listens(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: listens address")
	}
	deadline := time.Now().Add(30 * time.Second)
	connection, err := net.Dial("tcp", args[0])
	for err != nil && time.Now().Before(deadline) {
		<-time.After(time.Millisecond)
		connection, err = net.Dial("tcp", args[0])
	}
	ts.Check(err)
	ts.Check(connection.Close())
}

// toUTF16 converts files to UTF-16, little-endian.
func toUTF16(ts *testscript.TestScript, neg bool, files []string) {
	if neg || len(files) == 0 {
		ts.Fatalf("usage: toutf16 file…")
	}
	for _, file := range files {
		var text []byte
		for _, unit := range utf16.Encode([]rune(ts.ReadFile(file))) {
			text = binary.LittleEndian.AppendUint16(text, unit)
		}
		ts.Check(os.WriteFile(ts.MkAbs(file), text, 0o600))
	}
}

// isolated returns the environment without the variables that offboard reads.
func isolated(more ...string) []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=/nowhere", "TMPDIR=" + os.TempDir()}
	if dir, ok := os.LookupEnv("GOCOVERDIR"); ok {
		env = append(env, "GOCOVERDIR="+dir)
	}
	return append(env, more...)
}
