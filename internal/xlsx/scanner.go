package xlsx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// Limits of what is kept in memory of a part in XML.
const (
	recordLimit   = 1 << 20  // bytes of a record: what is read between two calls of renew, such as a cell
	readAhead     = 64 << 10 // bytes that are read at once; a record may be longer by so many
	maxDepth      = 256      // of nested elements
	maxAttributes = 256      // of one element
)

// token is a piece of XML.
type token uint8

const (
	startTag token = iota + 1
	endTag
	charData
)

// scanner reads a part with the decoder of encoding/xml. It refuses XML that is not
// well-formed: what RawToken refuses and, in addition, tags that do not match, an
// attribute that stands twice, text outside of all elements, and a part with several
// outermost elements or none. (Token compares the tags, too, but it also translates
// namespaces, which takes a quarter longer.) Some small faults are accepted, such as
// no white space between two attributes. They change no cell, except that half of a
// surrogate pair, and a byte that the encoding does not have, are read as U+FFFD.
type scanner struct {
	xml    *xml.Decoder
	input  *limitedReader
	open   []xml.Name // of the elements that are open
	rooted bool       // the outermost element was opened
	name   string     // of the last tag, without the prefix of its namespace
	attrs  []xml.Attr // of the last start tag
	text   []byte     // of the last charData; valid until the next token
}

func newScanner(part io.Reader) *scanner {
	input := &limitedReader{r: part, limit: recordLimit}
	return &scanner{xml: newDecoder(input), input: input}
}

// renew begins a record: it allows the scanner to read another recordLimit bytes.
func (s *scanner) renew() { s.input.renew() }

// depth is how many elements are open, the one of the last start tag included.
func (s *scanner) depth() int { return len(s.open) }

// attribute returns the value of an attribute of the last start tag.
func (s *scanner) attribute(name string) (value string, found bool) {
	for i := range s.attrs {
		if a := &s.attrs[i]; a.Name.Local == name && a.Name.Space == "" {
			return a.Value, true
		}
	}
	return "", false
}

// next reads the next token. It returns io.EOF at the end of the part, if all
// elements are closed.
func (s *scanner) next() (token, error) {
	for {
		t, err := s.xml.RawToken()
		if errors.Is(err, io.EOF) && (s.depth() > 0 || !s.rooted) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return 0, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			return startTag, s.start(t)
		case xml.EndElement:
			return endTag, s.end(t)
		case xml.CharData:
			if s.depth() > 0 {
				s.text = t
				return charData, nil
			}
			if len(bytes.Trim(t, blank)) > 0 {
				return 0, errors.New("there is text outside of all elements")
			}
		case xml.Directive:
			return 0, errors.New("it declares a document type, which no workbook does")
		}
	}
}

// blank is what may stand outside of all elements: white space, and the mark that
// some programs write at the start of a text in UTF-8.
const blank = " \t\r\n\ufeff"

// start opens an element.
func (s *scanner) start(t xml.StartElement) error {
	switch {
	case s.depth() == 0 && s.rooted:
		return fmt.Errorf("<%.20s> follows the end of the outermost element", t.Name.Local)
	case s.depth() == maxDepth:
		return fmt.Errorf("more than %d elements are nested", maxDepth)
	case len(t.Attr) > maxAttributes:
		return fmt.Errorf("<%.20s> has more than %d attributes", t.Name.Local, maxAttributes)
	}
	for i := range t.Attr {
		for j := range i {
			if t.Attr[i].Name == t.Attr[j].Name {
				return fmt.Errorf("<%.20s> has the attribute %.20s twice", t.Name.Local, t.Attr[i].Name.Local)
			}
		}
	}
	s.open = append(s.open, t.Name)
	s.rooted = true
	s.name, s.attrs = t.Name.Local, t.Attr
	return nil
}

// end closes an element.
func (s *scanner) end(t xml.EndElement) error {
	last := s.depth() - 1
	if last < 0 || s.open[last] != t.Name {
		return fmt.Errorf("</%.20s> closes no element that is open", t.Name.Local)
	}
	s.open = s.open[:last]
	s.name = t.Name.Local
	return nil
}
