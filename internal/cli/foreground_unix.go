//go:build unix

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// inForeground tells whether the program is in the foreground of a terminal.
func inForeground(terminal *os.File) bool {
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err != nil || group == unix.Getpgrp()
}
