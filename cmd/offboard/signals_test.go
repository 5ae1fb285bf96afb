package main

import (
	"bufio"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

func TestALostTerminalEndsTheRunInOrder(t *testing.T) {
	b := setUp(t, 300, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 20 * time.Millisecond})
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0")
	p.begin(t)
	b.waitFor(t, 50)
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.wantExit(t, 4)
	b.wantAgreement(t, true)
}

func TestARunGoesOnWhenNobodyReadsAlong(t *testing.T) {
	b := setUp(t, 200, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 10 * time.Millisecond})
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--log-level", "debug")
	p.Stdout, p.Stderr = write, write
	p.begin(t)
	_ = write.Close()
	if _, err := bufio.NewReader(read).ReadString('\n'); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	_ = read.Close() // as "| head -1" does
	p.wantExit(t, 0)
	b.wantAgreement(t, false)
}
