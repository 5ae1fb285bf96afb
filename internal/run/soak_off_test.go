//go:build !soak

package run

// soak chooses the long forms of the tests of random lists.
const soak = false
