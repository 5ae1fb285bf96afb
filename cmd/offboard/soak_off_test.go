//go:build !soak

package main

// soak chooses the long forms of the crash and soak suites.
const soak = false
