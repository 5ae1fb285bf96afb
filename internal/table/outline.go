package table

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Outline says of what a JSON text consists. If the text is one object, that object may
// be a record, or stand around the list of records: Document, Members and Lists tell.
type Outline struct {
	// JSON reads the text as it is: an array, objects on lines, or objects over several
	// lines. In returns what reads a list instead.
	JSON JSON
	// Document says that the text is one object and nothing else.
	Document bool
	// Members are the paths of the values of that object, through objects, of at most
	// outlineDepth keys. Lists of objects are not among them, and no more than
	// outlineMembers are listed.
	Members [][]string
	// Lists are the arrays of objects in that object, through objects as well. A list
	// within a list is not one of them.
	Lists []ObjectList
	// Empty are the paths of the arrays without elements, which are Members, too.
	Empty [][]string
}

// ObjectList is an array of objects.
type ObjectList struct {
	Path []string // of keys, the outermost first
	// First has the first objects, at most outlineObjects. There are fewer, or none,
	// where they are long.
	First []Object
}

// Limits of an outline, so that it takes little memory.
const (
	outlineDepth   = 8       // keys of a path
	outlineMembers = 10_000  // paths of members
	outlineObjects = 10      // objects of a list
	outlineBytes   = 1 << 20 // of all these objects
)

// In returns what reads the objects of a list.
func (o *Outline) In(l ObjectList) JSON {
	return JSON{Text: o.JSON.Text, Array: true, Path: l.Path, Limit: o.JSON.Limit}
}

// Outline finds out of what a JSON text consists. It reads the text as far as that needs:
// one object to its end, and of lines the first one. It fails with a *LineError if the
// text is malformed and does not look like lines.
func (t *Text) Outline() (*Outline, error) {
	text, err := t.Reader()
	if err != nil {
		return nil, err
	}
	breaks := &breakFinder{r: text, first: -1}
	r := outlineReader{Outline{JSON: JSON{Text: t}}, newJSONStream(breaks, RecordLimit), outlineBytes}
	switch r.stream.peek() {
	case jsontext.KindBeginArray:
		r.JSON.Array = true
		return &r.Outline, nil
	case jsontext.KindBeginObject:
		err = r.object(nil)
	default:
		return &r.Outline, nil // a line that is not an object has a fault
	}
	several := breaks.before(r.stream.tokens.InputOffset())
	if err == nil {
		if r.stream.peek() == jsontext.KindBeginObject {
			r.JSON.Spread = several
			return &Outline{JSON: r.JSON}, nil
		}
		if err = r.stream.atEnd(); err == nil {
			r.JSON.Spread, r.Document = several, true
			return &r.Outline, nil
		}
	}
	isLines, headErr := t.isLines(err, several)
	if headErr != nil {
		return nil, headErr
	}
	if !isLines {
		return nil, r.stream.located(t, err)
	}
	return &Outline{JSON: r.JSON}, nil
}

// isLines tells whether a text is objects on lines, of which the first one is not valid,
// as err says. If it is one object over several lines, each line would be a row with a
// fault, and nobody could see the reason. several tells whether err is found behind the
// first line break.
func (t *Text) isLines(err error, several bool) (bool, error) {
	if _, ok := errors.AsType[*jsontext.SyntacticError](err); !ok {
		long := errors.Is(err, errLongRecord) || errors.Is(err, errMoreFollows)
		return long && !several, nil
	}
	head, headErr := t.Head()
	if headErr != nil {
		return false, headErr
	}
	var lines [][]byte
	for line := range bytes.Lines(head) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	if len(head) == headBytes && len(lines) > 0 {
		lines = lines[:len(lines)-1] // the head ends within it
	}
	if len(lines) < 2 || bytes.ContainsAny(lines[0][len(lines[0])-1:], "{[,:") {
		return false, nil
	}
	valid := 0
	for _, line := range lines[1:] {
		if Value(line).Object().Fault == "" {
			valid++
		}
	}
	return valid > 0 && 2*valid >= len(lines)-1, nil
}

// outlineReader fills an outline.
type outlineReader struct {
	Outline
	stream *jsonStream
	left   int // bytes of objects of lists that may still be kept
}

// object reads an object whose keys belong to a path.
func (r *outlineReader) object(path []string) error {
	if _, err := r.stream.token(); err != nil { // the brace
		return err
	}
	for r.stream.peek() != jsontext.KindEndObject {
		name, err := r.stream.token()
		if err != nil {
			return err
		}
		if err := r.member(append(slices.Clip(path), name.String())); err != nil {
			return err
		}
	}
	_, err := r.stream.token()
	return err
}

// member reads the value at a path.
func (r *outlineReader) member(path []string) error {
	switch r.stream.peek() {
	case jsontext.KindBeginObject:
		if len(path) < outlineDepth {
			return r.object(path)
		}
	case jsontext.KindBeginArray:
		if len(path) <= outlineDepth {
			return r.list(path)
		}
	}
	r.note(path)
	return r.stream.skip()
}

func (r *outlineReader) note(path []string) {
	if len(r.Members) < outlineMembers {
		r.Members = append(r.Members, path)
	}
}

// list reads an array. It is a list if one of its elements is an object.
func (r *outlineReader) list(path []string) error {
	if _, err := r.stream.token(); err != nil { // the bracket
		return err
	}
	list, isList, isEmpty := ObjectList{Path: path}, false, true
	for kind := r.stream.peek(); kind != jsontext.KindEndArray; kind = r.stream.peek() {
		isList, isEmpty = isList || kind == jsontext.KindBeginObject, false
		if kind != jsontext.KindBeginObject || len(list.First) == outlineObjects || r.left <= 0 {
			if err := r.stream.skip(); err != nil {
				return err
			}
			continue
		}
		value, err := r.stream.value()
		if err != nil {
			return err
		}
		if r.left -= len(value); r.left >= 0 {
			list.First = append(list.First, Value(bytes.Clone(value)).Object())
		}
	}
	switch {
	case isList:
		r.Lists = append(r.Lists, list)
	case isEmpty && len(r.Empty) < outlineMembers:
		r.Empty = append(r.Empty, path)
		fallthrough
	default:
		r.note(path)
	}
	_, err := r.stream.token()
	return err
}

// breakFinder is a reader that finds the first line break behind the first byte that is
// not white space.
type breakFinder struct {
	r     io.Reader
	read  int64
	begun bool
	first int64 // the offset of the line break; -1: not found yet
}

// before tells whether the line break stands before an offset.
func (f *breakFinder) before(offset int64) bool { return f.first >= 0 && f.first < offset }

// Read implements io.Reader.
func (f *breakFinder) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if f.first < 0 {
		skipped := 0
		if !f.begun {
			skipped = n - len(bytes.TrimLeft(p[:n], " \t\r\n"))
			f.begun = skipped < n
		}
		if at := bytes.IndexByte(p[skipped:n], '\n'); at >= 0 {
			f.first = f.read + int64(skipped+at)
		}
	}
	f.read += int64(n)
	return n, err
}
