// Package thrive is a client of the public API of Thrive. It suspends users and
// reads them back, and it says of each failure what kind it was (Class).
//
// It owns HTTP, the JSON of the API, tokens and the class of an error. It knows
// nothing of files, of pace or of retries: each call is made once, and the caller
// decides what follows. A call is repeated only if the API refuses the token or
// the secret, or to confirm a refusal (see SuspendUser).
// Secrets never appear in what it returns or prints: see Secret and Error.
package thrive
