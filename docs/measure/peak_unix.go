//go:build unix

package main

import (
	"os"
	"syscall"
)

// peakOf returns the largest memory that a program had, in the unit of the system: KiB on
// Linux.
func peakOf(ended *os.ProcessState) int64 {
	if usage, ok := ended.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss
	}
	return 0
}
