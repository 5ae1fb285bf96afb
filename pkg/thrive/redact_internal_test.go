package thrive

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"runtime"
	"strings"
	"testing"
)

// encodings are ways in which servers, gateways and proxies write what they were sent.
var encodings = map[string]func(string) string{
	"as it is":            func(s string) string { return s },
	"HTML":                html.EscapeString,
	"HTML by name":        strings.NewReplacer(`&`, "&amp;", `<`, "&lt;", `>`, "&gt;", `"`, "&quot;", `'`, "&apos;").Replace,
	"HTML in hexadecimal": each("&#x%X;"),
	"HTML in decimal":     each("&#%03d;"),
	"Base64":              func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"Base64 unpadded":     func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) },
	"Base64 of URLs":      func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
	"Base64 of a pair":    func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("me:" + s)) },
	"a form":              url.QueryEscape,
	"a path":              url.PathEscape,
	"percents":            eachByte("%%%02X"),
	"percents, lower":     eachByte("%%%02x"),
	"JSON":                quoted(false),
	"JSON for HTML":       quoted(true),
	"JSON with slashes":   func(s string) string { return strings.ReplaceAll(quoted(false)(s), "/", `\/`) },
	"JSON of all":         each(`\u%04x`),
	"Go":                  func(s string) string { q := fmt.Sprintf("%+q", s); return q[1 : len(q)-1] },
	"Go of bytes":         eachByte(`\x%02x`),
	"broken lines": func(s string) string {
		var b strings.Builder
		for i, r := range s {
			if i > 0 && i%5 == 0 {
				b.WriteString("\r\n ")
			}
			b.WriteRune(r)
		}
		return b.String()
	},
}

func each(format string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for _, r := range s {
			fmt.Fprintf(&b, format, r)
		}
		return b.String()
	}
}

func eachByte(format string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			fmt.Fprintf(&b, format, c)
		}
		return b.String()
	}
}

func quoted(forHTML bool) func(string) string {
	return func(s string) string {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(forHTML)
		_ = e.Encode(s) // a string can always be encoded
		return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
	}
}

// randomSecret returns a secret with many characters that encodings write in another way,
// and with parts that look like escapes. A space, plus or backslash at its end would stay.
func randomSecret(random *rand.Rand) string {
	const letters = `abcXYZ0189`
	const special = `/+=&"'<>%;:-_.~!#$*(){}[]?@^|, \é`
	parts := []string{"%41", "%2", "&amp;", "&#4", `\u00`, `\n`, `\\`, "=="}
	var b strings.Builder
	for range 8 + random.IntN(30) {
		switch random.IntN(12) {
		case 0:
			b.WriteString(parts[random.IntN(len(parts))])
		case 1, 2, 3:
			all := []rune(special)
			b.WriteRune(all[random.IntN(len(all))])
		default:
			b.WriteByte(letters[random.IntN(len(letters))])
		}
	}
	return strings.Trim(b.String(), ` +\`)
}

// Two encodings, one within the other, of random secrets in the middle of a text.
func TestNoEncodingOfASecretIsShown(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 7))
	const before, after = `an answer {"echo":"`, `","more":"words"}`
	for range 100 {
		secret := randomSecret(random)
		r := newRedactor(secret)
		for innerName, inner := range encodings {
			for outerName, outer := range encodings {
				echoed := outer(inner(secret))
				got := r.redact(before + echoed + after)
				middle, starts := strings.CutPrefix(got, before)
				middle, ends := strings.CutSuffix(middle, after)
				// What stands in front of the secret in a pair, and the padding, may stay.
				rest := strings.ReplaceAll(middle, redacted, "")
				if !starts || !ends || !strings.Contains(got, redacted) || len(rest) > len(outer(inner("")))+len(outer("==="))+12 {
					t.Errorf("%q as %s within %s: %q is shown as %q", secret, innerName, outerName, echoed, got)
				}
			}
		}
	}
}

func TestWhatIsNoSecretIsShown(t *testing.T) {
	r := newRedactor("s3cr/et+with=signs", basicToken("me", "s3cr/et+with=signs"))
	for _, text := range []string{
		"", "endDate must be a date", `{"message":["no such user","E-100%"]}`, "100% &amp; more \\u0041",
		"7d444840-9dc0-11d1-b245-5ffdce74fad2", "Tm90aGluZyBoZXJlIGlzIGEgc2VjcmV0LCByZWFsbHk=", strings.Repeat("word ", 2000),
	} {
		if got := r.redact(text); got != text {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
}

// The end of what is searched must not be in the middle of a secret that is shown.
func TestSecretsInALongTextAreNotShownInParts(t *testing.T) {
	secret := strings.Repeat("tok3n/", 300)
	r := newRedactor(secret)
	for _, encode := range encodings {
		got := r.redact(strings.Repeat(encode(encode(secret))+" ", 300))
		if rest := strings.TrimSpace(strings.ReplaceAll(got, redacted, "")); strings.Contains(rest, "tok3n") || len(rest) > 4096 {
			t.Errorf("%d bytes of %d are left", len(rest), len(got))
		}
	}
}

// Hostile texts, in which everything may be an encoding of something.
func TestALongTextTakesLittleMemory(t *testing.T) {
	r := newRedactor("s3cr/et+with=signs", basicToken("me", "s3cr/et+with=signs"))
	for _, text := range []string{
		strings.Repeat("%25", 350_000), strings.Repeat("a", 1<<20), strings.Repeat(`\\`, 1<<19), strings.Repeat("&amp;", 200_000),
		base64.StdEncoding.EncodeToString([]byte(strings.Repeat("TWFu%25", 100_000))),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r.redact(text)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
			t.Errorf("%.20s… took %d KiB", text, took>>10)
		}
	}
}

func TestASecretInAUUIDIsNotShown(t *testing.T) {
	const id = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
	for _, secret := range []string{"9dc0-11d1-b245", "5ffdce74fad2", "7d444840", id} {
		if got := newRedactor(secret, "another-secret").redact(id); strings.Contains(strings.ReplaceAll(got, "-", ""), strings.ReplaceAll(secret, "-", "")) {
			t.Errorf("%q is shown in %q", secret, got)
		}
	}
	// The last part of the UUID is this secret as Base64.
	short, err := base64.StdEncoding.DecodeString("5ffdce74fad2")
	if err != nil {
		t.Fatal(err)
	}
	if got := newRedactor(string(short)).redact(id); strings.Contains(got, "5ffdce74fad2") {
		t.Errorf("%q is shown as Base64 in %q", short, got)
	}
	// This secret in the URL alphabet of Base64, which has hyphens, is the whole UUID.
	long, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		t.Fatal(err)
	}
	if got := newRedactor(string(long)).redact(id); got == id {
		t.Errorf("%q is shown as Base64 in %q", long, got)
	}
	if got := newRedactor("another-secret").redact(id); got != id {
		t.Errorf("got %q", got)
	}
}
