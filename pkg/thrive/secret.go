package thrive

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
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

// redact replaces all forms of secrets in a text from a server, which may send
// back what it was sent.
func redact(text string, forms ...string) string {
	for _, form := range forms {
		text = strings.ReplaceAll(text, form, redacted)
	}
	return text
}

var percents = regexp.MustCompile(`%[0-9A-F]{2}`)

// formsOf returns secrets in all forms in which a server may send them back: as
// they are, and encoded. It is too slow to be called for every answer.
func formsOf(secrets ...string) []string {
	var forms []string
	for _, s := range secrets {
		if s == "" {
			continue
		}
		html, _ := json.Marshal(s) // a string always encodes
		forms = append(forms, s, base64.StdEncoding.EncodeToString([]byte(s)))
		for _, quoted := range []string{jsonEscaped(s), string(html[1 : len(html)-1])} {
			forms = append(forms, quoted, strings.ReplaceAll(quoted, "/", `\/`)) // as PHP encodes it
		}
		for _, escaped := range []string{url.QueryEscape(s), url.PathEscape(s), segment(s)} {
			forms = append(forms, escaped, percents.ReplaceAllStringFunc(escaped, strings.ToLower)) // as .NET encodes it
		}
	}
	slices.Sort(forms)
	forms = slices.Compact(forms)
	// The longest form comes first, because a form may contain another one.
	slices.SortStableFunc(forms, func(a, b string) int { return len(b) - len(a) })
	return forms
}

// jsonEscaped returns s as JSON encodes it, without the quotes.
func jsonEscaped(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}

// basicToken returns the credentials of a Basic Authorization header.
func basicToken(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}
