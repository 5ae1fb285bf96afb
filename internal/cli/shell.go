package cli

import (
	"fmt"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shell says how a proposed command is written, so that a person can type it.
type shell struct {
	quote func(word string) string
	set   func(name, value string) string // a variable, in front of a command
}

// shellOf returns the shell of a system.
func shellOf(system string) shell {
	if system == "windows" {
		return shell{quoteWindows, func(name, value string) string { return "$env:" + name + " = " + literal(value) + ";" }}
	}
	return shell{quotePOSIX, func(name, value string) string { return name + "=" + quotePOSIX(value) }}
}

// quote returns a word for the shell of the system.
func quote(word string) string { return shellOf(runtime.GOOS).quote(word) }

// quotePOSIX returns a word for any POSIX shell, unless it has a character that cannot be
// printed, such as a line break in the name of a file. A terminal would not show that, and
// $'…' is what most shells read.
func quotePOSIX(word string) string {
	switch {
	case isPlain(word, "-_./:=,%@+"):
		return word
	case strings.ContainsFunc(word, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }) || !utf8.ValidString(word):
		return "$'" + escaped(word) + "'"
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// quoteWindows returns a word that cmd and PowerShell read alike, if there is a way, and
// otherwise one for PowerShell.
func quoteWindows(word string) string {
	switch {
	case isPlain(word, `-_./\:=+`):
		return word
	case !strings.ContainsAny(word, "\"%$`!“”„") && !strings.HasSuffix(word, `\`) && word != "":
		return `"` + word + `"`
	}
	return literal(word)
}

// literal returns a text for PowerShell, which takes four other characters for a ' as well.
func literal(text string) string {
	for _, mark := range []string{"'", "‘", "’", "‚", "‛"} {
		text = strings.ReplaceAll(text, mark, mark+mark)
	}
	return "'" + text + "'"
}

// isPlain tells whether a word has only letters and digits of ASCII, and some other characters.
func isPlain(word, others string) bool {
	return word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(others, r)
	})
}

// escaped returns a text as it stands within $'…'.
func escaped(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\'' || c == '\\':
			b.WriteString(`\` + string(rune(c)))
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
