//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// fullVolume is a program whose files cannot grow beyond some 20 kB.
func fullVolume() {
	signal.Ignore(syscall.SIGXFSZ)
	const size = 20 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size}); err != nil {
		panic(err)
	}
	main()
}
