// Package thrive is a client of the public API of Thrive. It suspends users and
// reads them back, and it says of each failure what kind it was (Class).
//
// NewClient makes a Client of the URL of an Environment and of Credentials: the
// API secret of a tenant (Basic), or an OAuth client (ClientCredentials). Its
// calls are SuspendUser, UserByRef and Users. They return what the answer says and
// no more: a suspension is proven by Suspension.Suspended and not by a missing
// error, and a field of a user is a Fact, which may be unknown. Package thrivetest
// has a server to try all of this against.
//
// It owns HTTP, the JSON of the API, tokens and the class of an error. It knows
// nothing of files, of pace or of retries: each call is made once, and the caller
// decides what follows. A call is repeated only if the API refuses the token or
// the secret, or to confirm a refusal (see SuspendUser).
// Secrets never appear in what it returns or prints: see Secret and Error.
package thrive
