package thrive

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a string that prints as "[redacted]": with every verb of fmt, with
// log/slog, and encoded as text or JSON. Only the conversion string(s) returns
// its value.
//
// There is one exception: fmt prints the value of a Secret in an unexported
// struct field, because it does not call methods there. Keep a Secret in an
// exported field or behind a pointer.
type Secret string

// Format implements fmt.Formatter. Every verb prints "[redacted]".
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String returns "[redacted]".
func (Secret) String() string { return redacted }

// GoString returns "[redacted]".
func (Secret) GoString() string { return redacted }

// LogValue implements slog.LogValuer. It returns "[redacted]".
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, which encoding/json uses, too.
// It returns "[redacted]".
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// basicToken returns the credentials of a Basic Authorization header.
func basicToken(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}
