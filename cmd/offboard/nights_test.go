package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// nights runs a command every night, each time over a file that was replaced: nights 30
// offboard run leavers.csv. A night's file has three new leavers. Every fifth one also has
// somebody whom the tenant does not know, every seventh a row that cannot be used, and
// every eleventh is the file of the night before once more. In every tenth night there is
// time for one leaver only.
//
// It checks that a night fails only for what is new: the exit code is 3 if there is a new
// failure or an invalid row, and otherwise 0.
func nights(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: nights number command [args…]")
	}
	last, err := strconv.Atoi(args[0])
	ts.Check(err)
	for night := 1; night <= last; night++ {
		text, want := listOf(night)
		ts.Check(os.WriteFile(ts.MkAbs("leavers.csv"), []byte(text), 0o600))
		command := args[1:]
		switch night % 10 {
		case 0:
			command, want = append(command, "--first", "1"), 0
		case 1:
			if night > 1 {
				want = 3 // whom the tenant does not know is called one night later
			}
		}
		code := 0
		if exit, failed := errors.AsType[*exec.ExitError](ts.Exec(command[0], command[1:]...)); failed {
			code = exit.ExitCode()
		}
		if code != want {
			ts.Fatalf("night %d ends with exit code %d, want %d", night, code, want)
		}
	}
}

// listOf returns the file of a night, and how its run ends.
func listOf(night int) (text string, code int) {
	var b strings.Builder
	b.WriteString("ref,endDate\n")
	rows := night
	if night%11 == 0 { // last night's once more
		rows--
	}
	for i := range 3 {
		fmt.Fprintf(&b, "E%d,2024-06-%02d\n", 1000+3*rows+i, 1+rows%28)
	}
	switch {
	case night%11 == 0:
	case night%5 == 0:
		fmt.Fprintf(&b, "nobody-%d,2024-06-30\n", night)
		code = 3
	case night%7 == 0:
		fmt.Fprintf(&b, "E%d,31/31/2024\n", 9000+night)
		code = 3
	}
	return b.String(), code
}
