package table

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Object is a JSON object. It is valid until the next one is read, and its keys after
// that, too.
type Object struct {
	Line   int      // the line, or the number of the object among the others, from 1
	Keys   []string // in their order; a key may be there twice
	Values []Value  // as many as keys
	Fault  string   // why the object cannot be used; "" if it can
}

// JSON is a text of JSON objects: one on each line, unless Array or Spread says
// otherwise. Text.Outline finds out which.
type JSON struct {
	Text *Text
	// Array says that the objects are the elements of an array. Path has the keys that
	// lead to the array from the object around it, the outermost key first; without
	// keys the array is the whole text.
	Array bool
	Path  []string
	// Spread says that the objects follow one another, and that an object may take up
	// several lines.
	Spread bool
	// Limit is the longest line in bytes, with its line break, or the longest object;
	// 0 means RecordLimit. An object that is longer may be read, because the text is
	// read ahead.
	Limit int
}

// Objects reads all objects. A line or an element that is not an object has a fault, and
// so has a line that is malformed or too long. An error ends the sequence: a *LineError
// if the text is not lines and is malformed, or has an object that is too long;
// otherwise that of reading the text. The sequence can be read any number of times,
// also by several goroutines at once.
func (j JSON) Objects() func(yield func(*Object, error) bool) {
	j.Limit = cmp.Or(j.Limit, RecordLimit)
	read := j.lines
	if j.Array || j.Spread {
		read = j.stream
	}
	return func(yield func(*Object, error) bool) {
		text, err := j.Text.Reader()
		if err != nil {
			yield(nil, err)
			return
		}
		read(text, yield)
	}
}

// lines reads the objects on lines.
func (j JSON) lines(text io.Reader, yield func(*Object, error) bool) {
	lines := lineReader{r: bufio.NewReaderSize(text, 64<<10), limit: j.Limit}
	o := newObjectReader("line")
	for {
		line, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.Is(err, errLongRecord):
			o.Object = Object{Fault: fmt.Sprintf("the line is longer than %d bytes", j.Limit)}
		case err != nil:
			yield(nil, err)
			return
		case len(line) == 0:
			continue
		default:
			o.read(line)
		}
		o.Line = lines.line
		if !yield(&o.Object, nil) {
			return
		}
	}
}

// stream reads the elements of an array, or objects that follow one another.
func (j JSON) stream(text io.Reader, yield func(*Object, error) bool) {
	s := newJSONStream(text, j.Limit)
	fail := func(err error) { yield(nil, s.located(j.Text, err)) }
	o := newObjectReader("value")
	if j.Array {
		o.what = "element"
		if err := s.enter(j.Path); err != nil {
			fail(err)
			return
		}
	}
	for n := 1; s.peek() != jsontext.KindEndArray; n++ {
		value, err := s.value()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			fail(err)
			return
		}
		o.read(value)
		o.Line = n
		if !yield(&o.Object, nil) {
			return
		}
	}
	if err := s.finish(); err != nil {
		fail(err)
	}
}

// objectReader reads objects from their texts. It keeps all keys of an object: a map
// would hide that a key is there twice.
type objectReader struct {
	Object // the one that read returned last

	what   string // is read: a line, or an element
	tokens *jsontext.Decoder
	text   bytes.Buffer // the decoder reads this type in place, without a copy
}

func newObjectReader(what string) *objectReader {
	r := &objectReader{what: what}
	r.tokens = newDecoder(&r.text)
	return r
}

// newDecoder returns a decoder that accepts what an input may have: a key that is there
// twice is found later, and bytes that are not UTF-8 are a fault of the row that uses
// them.
func newDecoder(r io.Reader) *jsontext.Decoder {
	return jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// read reads an object as far as it is valid; the fault says what is wrong with it.
// The values of the object are parts of the text.
func (r *objectReader) read(text []byte) {
	r.Object = Object{Keys: r.Keys[:0], Values: r.Values[:0]}
	r.text = *bytes.NewBuffer(text)
	r.tokens.Reset(&r.text, r.tokens.Options())
	if brace, err := r.tokens.ReadToken(); err != nil {
		r.Fault = r.malformed(err)
		return
	} else if brace.Kind() != jsontext.KindBeginObject {
		r.Fault = fmt.Sprintf(`the %s is not an object, {"ref": …}`, r.what)
		return
	}
	for r.tokens.PeekKind() != jsontext.KindEndObject {
		key, err := r.tokens.ReadValue()
		if err != nil {
			r.Fault = r.malformed(err)
			return
		}
		name := r.nextKey(key)
		value, err := r.tokens.ReadValue()
		if err != nil {
			r.Fault = r.malformed(err)
			return
		}
		end := int(r.tokens.InputOffset())
		r.Keys = append(r.Keys, name)
		r.Values = append(r.Values, text[end-len(value):end:end])
	}
	_, _ = r.tokens.ReadToken() // cannot fail: it is the brace that was seen
	if _, err := r.tokens.ReadToken(); !errors.Is(err, io.EOF) {
		r.Fault = fmt.Sprintf("more than one value stands on the %s", r.what)
	}
}

// malformed is the fault of an object that is not valid JSON.
func (r *objectReader) malformed(err error) string {
	at, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok || errors.Is(err, io.ErrUnexpectedEOF) {
		return "the object is not closed on its " + r.what
	}
	return fmt.Sprintf("the %s is not valid JSON from byte %d on", r.what, at.ByteOffset+1)
}

// nextKey returns the next key, from its JSON string. Most often the previous object had
// the same key in this place, and the same string can be used again.
func (r *objectReader) nextKey(quoted []byte) string {
	if n := len(r.Keys); n < cap(r.Keys) {
		inner := quoted[1 : len(quoted)-1]
		if before := r.Keys[:n+1][n]; before == string(inner) && bytes.IndexByte(inner, '\\') < 0 {
			return before
		}
	}
	return Value(quoted).Text()
}
