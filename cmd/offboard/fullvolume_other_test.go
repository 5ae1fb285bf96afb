//go:build !unix

package main

// fullVolume is only the program: its files cannot be limited here.
func fullVolume() { main() }
