// Package thrive calls the public API of Thrive: it suspends a user, reads one
// back, and says what kind of failure a failure was.
//
// It owns HTTP, the JSON of the API, tokens and the class of an error. It knows
// nothing of files, of pace or of trying again: a call is made once (twice when
// a token has to be renewed in between) and its caller decides what follows.
package thrive
