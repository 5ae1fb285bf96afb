package thrive

import (
	"bytes"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// redactor removes secrets from texts of servers, which may send back what they were
// sent, in an encoding of their own or in several, one within the other. It does not list
// the forms of a secret, because there are too many: it decodes the text step by step,
// and searches each step. All texts of a server go through it.
type redactor struct {
	secrets  []string
	needles  [][]byte // what is searched: see bare
	shortest int      // bytes of the shortest needle
	longest  int      // bytes of the longest secret
	noUUID   bool     // no secret can be in a UUID, not even encoded
}

const (
	maxSteps  = 4 // how many escapes within each other are decoded
	maxBase64 = 2 // how many Base64 encodings within each other are decoded
	// maxExpansion is how many bytes of an encoded text one byte may take: \u00XX twice.
	maxExpansion = 40
	// maxSearched is how much of a text is searched, besides room for one secret.
	maxSearched = 16 << 10
)

// newRedactor returns a redactor for secrets; empty ones are ignored.
func newRedactor(secrets ...string) *redactor {
	r := &redactor{}
	for _, secret := range secrets {
		if secret == "" || slices.Contains(r.secrets, secret) {
			continue
		}
		r.secrets = append(r.secrets, secret)
		r.longest = max(r.longest, len(secret))
		// A secret may have what looks like an escape, which is decoded in the text, too.
		r.addNeedles(secret, plain(secret))
		r.addNeedles(secret, plain(secret).joined())
	}
	for i, needle := range r.needles {
		if i == 0 || len(needle) < r.shortest {
			r.shortest = len(needle)
		}
	}
	r.noUUID = r.shortest > longestInUUID && !slices.ContainsFunc(r.needles, func(n []byte) bool {
		return len(bytes.Trim(n, hexDigits+"-")) == 0
	})
	return r
}

// longestInUUID is how many bytes a UUID can encode as Base64: it is all of the URL alphabet.
const longestInUUID = 36 * 6 / 8

const hexDigits = "0123456789abcdefABCDEF"

// isUUID tells whether a text is a UUID, which nearly every request ID is.
func isUUID(text string) bool {
	if len(text) != len("00000000-0000-0000-0000-000000000000") {
		return false
	}
	for i := range len(text) {
		isHyphen := i == 8 || i == 13 || i == 18 || i == 23
		if isHyphen != (text[i] == '-') || !isHyphen && strings.IndexByte(hexDigits, text[i]) < 0 {
			return false
		}
	}
	return true
}

// addNeedles adds what is searched at each step: a secret as that step makes it.
func (r *redactor) addNeedles(secret string, step decoded) {
	for more := true; more; step, more = step.unescaped() {
		needle := step.bare(true).text
		if len(needle) == 0 {
			needle = []byte(secret)
		}
		if !slices.ContainsFunc(r.needles, func(n []byte) bool { return bytes.Equal(n, needle) }) {
			r.needles = append(r.needles, needle)
		}
	}
}

// with returns a redactor for more secrets.
func (r *redactor) with(secrets ...string) *redactor {
	return newRedactor(slices.Concat(r.secrets, secrets)...)
}

// redact returns a text without the secrets. Of a very long text it returns the
// beginning.
func (r *redactor) redact(text string) string {
	if len(text) < r.shortest || len(r.needles) == 0 || r.noUUID && isUUID(text) {
		return text // this saves time, because every answer has a request ID
	}
	shown := len(text)
	if room := maxExpansion * r.longest; len(text) > maxSearched+room {
		// A secret that begins before the end of what is shown is searched as a whole.
		text, shown = text[:maxSearched+room], maxSearched
	}
	t := plain(text)
	found := r.find(nil, t, maxBase64, false)
	if bytes.ContainsAny(t.text, " \t\r\n\\%&") {
		found = r.find(found, t, maxBase64, true)
	}
	slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	done := 0
	for _, f := range found {
		if f.from >= shown {
			break
		}
		if f.from > done || done == 0 {
			b.WriteString(text[done:f.from])
			b.WriteString(redacted)
		}
		done = max(done, f.to)
	}
	if done < shown {
		b.WriteString(text[done:shown])
	}
	return b.String()
}

// find returns the places of secrets in a text, at each step of decoding it. depth is how
// many Base64 encodings it decodes. joined tells to leave out white space before each
// step, because a line may have been broken in the middle of an escape.
func (r *redactor) find(found []span, t decoded, depth int, joined bool) []span {
	for more, steps := true, 0; more && steps <= maxSteps && len(t.text) >= r.shortest; steps++ {
		if joined {
			t = t.joined()
		}
		bare := t.bare(true)
		for _, needle := range r.needles {
			found = bare.appendMatches(found, needle)
			if len(bare.text) != len(t.text) {
				found = t.appendMatches(found, needle) // one that consists of what is left out
			}
		}
		if depth > 0 {
			found = r.findBase64(found, t.bare(false), depth, joined)
		}
		t, more = t.unescaped()
	}
	return found
}

// findBase64 decodes what may be Base64, in either alphabet. Where it begins is not
// known, because the word before it may consist of the same letters.
func (r *redactor) findBase64(found []span, t decoded, depth int, joined bool) []span {
	least := (r.shortest*8 + 5) / 6
	for from := 0; from < len(t.text); from++ {
		to := from
		for to < len(t.text) && isBase64(t.text[to]) {
			to++
		}
		for offset := 0; offset < 4 && to-from-offset >= least; offset++ {
			found = r.find(found, t.fromBase64(from+offset, to), depth-1, joined)
		}
		from = to
	}
	return found
}

// span is a part of the text that redact was given.
type span struct{ from, to int }

// decoded is a text at a step of decoding it. at has for each byte the part of the text
// that it was made from.
type decoded struct {
	text []byte
	at   []span
}

func plain(text string) decoded {
	d := decoded{text: []byte(text), at: make([]span, len(text))}
	for i := range d.at {
		d.at[i] = span{i, i + 1}
	}
	return d
}

// appendMatches appends the places of a needle.
func (d decoded) appendMatches(found []span, needle []byte) []span {
	for from := 0; ; from++ {
		i := bytes.Index(d.text[from:], needle)
		if i < 0 {
			return found
		}
		from += i
		found = append(found, span{d.at[from].from, d.at[from+len(needle)-1].to})
	}
}

// bare returns a text without white space, which may have been put into a secret to break
// a line, and without backslashes, of which there are as many as something was escaped. pluses tells to leave out "+" as well: in a form it is a space.
func (d decoded) bare(pluses bool) decoded {
	return d.without(func(c byte) bool { return isSpace(c) || c == '\\' || c == '+' && pluses })
}

// joined returns a text without white space.
func (d decoded) joined() decoded { return d.without(isSpace) }

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// without returns a text without some characters.
func (d decoded) without(dropped func(byte) bool) decoded {
	if !slices.ContainsFunc(d.text, dropped) {
		return d
	}
	b := decoded{text: make([]byte, 0, len(d.text)), at: make([]span, 0, len(d.text))}
	for i, c := range d.text {
		if !dropped(c) {
			b.text, b.at = append(b.text, c), append(b.at, d.at[i])
		}
	}
	return b
}

// unescaped decodes all escapes of URLs, HTML, JSON and Go once. It returns false if
// there are none.
func (d decoded) unescaped() (decoded, bool) {
	if !bytes.ContainsAny(d.text, `%&\`) {
		return d, false
	}
	b := decoded{text: make([]byte, 0, len(d.text)), at: make([]span, 0, len(d.text))}
	changed := false
	for i := 0; i < len(d.text); {
		text, n := unescape(d.text[i:])
		changed = changed || n > 1
		for j := range len(text) {
			b.text, b.at = append(b.text, text[j]), append(b.at, span{d.at[i].from, d.at[i+n-1].to})
		}
		i += n
	}
	return b, changed
}

// unescape returns what the first character of s means, and its length as it is written.
func unescape(s []byte) (text string, n int) {
	switch s[0] {
	case '%':
		if value, ok := hex(s, 1, 2); ok {
			return string([]byte{byte(value)}), 3
		}
	case '&':
		const longest = 12 // of the names of characters that a secret may have
		end := 1
		for end < min(len(s), longest) && (isBase64(s[end]) || s[end] == '#') {
			end++
		}
		if end < len(s) && s[end] == ';' {
			if name := string(s[:end+1]); html.UnescapeString(name) != name {
				return html.UnescapeString(name), len(name)
			}
		}
	case '\\':
		return unescapeBackslash(s)
	}
	return string(s[:1]), 1
}

// unescapeBackslash is unescape for what begins with a backslash.
func unescapeBackslash(s []byte) (text string, n int) {
	if len(s) < 2 {
		return string(s), 1
	}
	switch s[1] {
	case 'u':
		first, ok := hex(s, 2, 4)
		if !ok {
			break
		}
		if second, ok := hex(s, 8, 4); ok && s[6] == '\\' && s[7] == 'u' {
			if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
				return string(r), 12
			}
		}
		return string(first), 6
	case 'U':
		if value, ok := hex(s, 2, 8); ok {
			return string(value), 10
		}
	case 'x':
		if value, ok := hex(s, 2, 2); ok {
			return string([]byte{byte(value)}), 4
		}
	case '"', '\'', '\\', '/':
		return string(s[1:2]), 2
	case 'n', 'r', 't':
		return " ", 2
	}
	return string(s[:1]), 1
}

// hex returns the number of n hexadecimal digits at a place.
func hex(s []byte, at, n int) (rune, bool) {
	if len(s) < at+n {
		return 0, false
	}
	value, err := strconv.ParseUint(string(s[at:at+n]), 16, 31)
	return rune(value), err == nil
}

// base64Values has for each character of Base64, in either alphabet, its value and 64.
var base64Values = func() (values [256]byte) {
	for _, alphabet := range []string{"+/", "-_"} {
		for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + alphabet) {
			values[c] = byte(i) | 64
		}
	}
	return values
}()

func isBase64(c byte) bool { return base64Values[c] != 0 }

// fromBase64 decodes a part of a text, whose characters are all of Base64.
func (d decoded) fromBase64(from, to int) decoded {
	n := (to - from) * 6 / 8
	b := decoded{text: make([]byte, n), at: make([]span, n)}
	for i := range n {
		first := from + i*8/6
		pair := uint(base64Values[d.text[first]]&63)<<6 | uint(base64Values[d.text[first+1]]&63)
		b.text[i] = byte(pair >> (4 - i*8%6))
		b.at[i] = span{d.at[first].from, d.at[first+1].to}
	}
	return b
}
