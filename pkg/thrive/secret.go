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

// Secret is a value that prints as "[redacted]", whether by fmt with any verb,
// by log/slog, or encoded as text or JSON. Only string(s) gives the value.
//
// One limit is fmt's: it does not ask an unexported struct field how it wants
// to be printed. Keep a Secret in an exported field, or behind a pointer.
type Secret string

// Format implements fmt.Formatter for every verb and flag.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String returns "[redacted]".
func (Secret) String() string { return redacted }

// GoString returns "[redacted]".
func (Secret) GoString() string { return redacted }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, and so serves JSON and YAML too.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// redact replaces secrets, given in all their forms, in a text that a server
// had a hand in: a server may echo what it was sent.
func redact(text string, forms ...string) string {
	for _, form := range forms {
		text = strings.ReplaceAll(text, form, redacted)
	}
	return text
}

var percents = regexp.MustCompile(`%[0-9A-F]{2}`)

// formsOf returns secrets as they are and in the forms in which they may come
// back. They are asked for once: this is too much work for every answer.
func formsOf(secrets ...string) []string {
	var forms []string
	for _, s := range secrets {
		if s == "" {
			continue
		}
		html, _ := json.Marshal(s) // a string always encodes
		forms = append(forms, s, base64.StdEncoding.EncodeToString([]byte(s)))
		for _, quoted := range []string{jsonEscaped(s), string(html[1 : len(html)-1])} {
			forms = append(forms, quoted, strings.ReplaceAll(quoted, "/", `\/`)) // as PHP does
		}
		for _, escaped := range []string{url.QueryEscape(s), url.PathEscape(s), segment(s)} {
			forms = append(forms, escaped, percents.ReplaceAllStringFunc(escaped, strings.ToLower)) // as .NET does
		}
	}
	slices.Sort(forms)
	forms = slices.Compact(forms)
	// The longest first: a form may be part of another.
	slices.SortStableFunc(forms, func(a, b string) int { return len(b) - len(a) })
	return forms
}

// jsonEscaped returns s as it stands between the quotes of a JSON string.
func jsonEscaped(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}

// basicToken returns what follows "Basic " in an Authorization header.
func basicToken(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
}
