package table

import (
	"bytes"
	"regexp"
)

// Content is what the first bytes of a file look like.
type Content int

// The kinds of content.
const (
	Plain      Content = iota // text that is none of the following
	Blank                     // nothing, or white space only
	JSONObject                // a JSON object, or several
	JSONArray                 // a JSON array
	WebPage                   // HTML, or a web page with its pictures (MHTML)
	XML                       // XML that is not HTML
	Document                  // a document for people: PDF or RTF
	Zip                       // a ZIP archive, as workbooks are
	OLE                       // a workbook of an old Excel, or one with a password
	Gzipped                   // compressed with gzip
	Binary                    // no text
)

// ContentOf returns what a file looks like by its first bytes.
func ContentOf(head []byte) Content {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return Zip
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return OLE
	case bytes.HasPrefix(head, []byte(gzipMagic)):
		return Gzipped
	case bytes.HasPrefix(head, []byte("%PDF-")), bytes.HasPrefix(head, []byte(`{\rtf`)):
		return Document
	case isBinary(head[:min(len(head), binaryBytes)]):
		return Binary
	}
	visible := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n")
	switch {
	case len(visible) == 0:
		return Blank
	case isBracketed(visible):
		return Plain
	case visible[0] == '{':
		return JSONObject
	case visible[0] == '[':
		return JSONArray
	case visible[0] == '<':
		return markup(visible)
	case hasPrefixFold(visible, "mime-version:"):
		return WebPage
	}
	return Plain
}

// isBinary tells whether bytes are no text: they have a zero in the first line, or many
// zeros, or some and several other characters that no text has. A zero in a later line
// may be a fault of that row.
func isBinary(head []byte) bool {
	zeros := bytes.Count(head, []byte{0})
	if zeros == 0 {
		return false
	}
	if first, _, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n"), []byte("\n")); bytes.IndexByte(first, 0) >= 0 {
		return true
	}
	var control [' ']bool
	others := 0
	for _, b := range head {
		if b > 0 && b < ' ' && !control[b] && bytes.IndexByte([]byte("\t\n\v\f\r"), b) < 0 {
			control[b] = true
			others++
		}
	}
	return zeros > max(3, len(head)/512) || others > 3
}

// isBracketed tells whether a text begins with a name in brackets, such as [Employee ID]
// or {ref}. Some databases export the names of columns so, and no JSON begins so.
func isBracketed(visible []byte) bool {
	inner := bracketed.FindSubmatch(visible)
	if inner == nil {
		return false
	}
	name := string(bytes.TrimSpace(inner[1]))
	return name != "null" && name != "true" && name != "false"
}

var bracketed = regexp.MustCompile(`^(?:\[([^"\[\]{}:\n,]*\pL[^"\[\]{}:\n,]*)\]|\{[^"\[\]{}:\n]*\pL[^"\[\]{}:\n]*\})`)

// markup returns what a text is that begins with "<". A header may have names in such
// brackets, but it has no tag that closes.
func markup(visible []byte) Content {
	if !bytes.HasPrefix(visible, []byte("<!")) && !bytes.HasPrefix(visible, []byte("<?")) && !closingTag.Match(visible) {
		return Plain
	}
	isHTML := htmlTag
	if bytes.HasPrefix(visible, []byte("<?xml")) {
		isHTML = htmlRoot // a workbook in XML has tags such as <Table>, too
	}
	if isHTML.Match(visible) {
		return WebPage
	}
	return XML
}

var (
	closingTag = regexp.MustCompile(`</[A-Za-z][^<>]*>|/>`)
	htmlRoot   = regexp.MustCompile(`(?i)<(?:!doctype\s+html|html)\b`)
	htmlTag    = regexp.MustCompile(`(?i)<(?:!doctype\s+html|html|head|body|table|script|meta|div|style)\b`)
)

// hasPrefixFold tells whether a text begins with a prefix, whatever its case.
func hasPrefixFold(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && bytes.EqualFold(text[:len(prefix)], []byte(prefix))
}
