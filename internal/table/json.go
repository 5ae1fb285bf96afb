package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Object is a JSON object of an input. It is good until the next one is read.
type Object struct {
	Line   int // on which it stands; in an array, the number of the element
	Keys   []string
	Values []Value // by key; a key may stand twice
	Fault  string  // why it cannot be used; "" if it can
}

// JSON is a text with one object on each line, or with one array of objects.
type JSON struct {
	Text  *Text
	Array bool
	// Limit is the longest line or element in bytes; 0 means RecordLimit.
	Limit int
}

// Objects reads the objects. What is no object has a fault. An error ends the
// sequence; it is a *LineError where the text is the reason.
func (j JSON) Objects() func(yield func(*Object, error) bool) {
	if j.Limit == 0 {
		j.Limit = RecordLimit
	}
	read := j.lines
	if j.Array {
		read = j.elements
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

func (j JSON) lines(text io.Reader, yield func(*Object, error) bool) {
	lines := lineReader{r: bufio.NewReaderSize(text, 64<<10), limit: j.Limit}
	var o Object
	for {
		line, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.Is(err, errLongRecord):
			o = Object{Fault: fmt.Sprintf("the line is longer than %d bytes", j.Limit)}
		case err != nil:
			yield(nil, err)
			return
		case len(line) == 0:
			continue
		default:
			o.read(line)
		}
		o.Line = lines.line
		if !yield(&o, nil) {
			return
		}
	}
}

// elements reads the elements of an array.
func (j JSON) elements(text io.Reader, yield func(*Object, error) bool) {
	guard := &guard{r: text, left: j.Limit}
	d := json.NewDecoder(guard)
	fail := func(err error) {
		if _, ok := errors.AsType[*json.SyntaxError](err); ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("this is not a JSON array to its end: byte %d: %w", d.InputOffset()+1, err)
		}
		yield(nil, err)
	}
	if _, err := d.Token(); err != nil {
		fail(err)
		return
	}
	var o Object
	for n := 1; d.More(); n++ {
		guard.left = j.Limit
		var element json.RawMessage
		if err := d.Decode(&element); errors.Is(err, errLongRecord) {
			yield(nil, fmt.Errorf("the element %d of the array is longer than %d bytes", n, j.Limit))
			return
		} else if err != nil {
			fail(err)
			return
		}
		o.read(element)
		o.Line = n
		if !yield(&o, nil) {
			return
		}
	}
	if _, err := d.Token(); err != nil {
		fail(err)
		return
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		yield(nil, fmt.Errorf("this is not one JSON array: something follows it, at byte %d", d.InputOffset()+1))
	}
}

// read reads an object. Keys are kept in their order, because a map would keep
// the last of two that are the same, and nobody would know.
func (o *Object) read(text []byte) {
	*o = Object{Keys: o.Keys[:0], Values: o.Values[:0]}
	if json.Valid(text) {
		if text = bytes.TrimLeft(text, jsonSpace); text[0] == '{' {
			o.split(text)
			return
		}
	}
	if err := o.fill(text); err != nil {
		o.Fault = err.Error()
	}
}

const jsonSpace = " \t\r\n"

// split reads an object that is known to be valid, in a fraction of the time that
// fill takes.
func (o *Object) split(text []byte) {
	for i := 1; ; i++ { // behind the brace or a comma
		i += space(text[i:])
		if text[i] == '}' {
			return
		}
		end := i + stringLength(text[i:])
		o.Keys = append(o.Keys, o.nextKey(text[i:end]))
		i = end + space(text[end:]) + 1 // behind the colon
		i += space(text[i:])
		end = i + valueLength(text[i:])
		o.Values = append(o.Values, Value(text[i:end:end]))
		if i = end + space(text[end:]); text[i] == '}' {
			return
		}
	}
}

// nextKey returns the key that a JSON string is: most often the one that the
// previous object had in this place, which needs no memory.
func (o *Object) nextKey(quoted []byte) string {
	if n := len(o.Keys); n < cap(o.Keys) {
		inner := quoted[1 : len(quoted)-1]
		if before := o.Keys[:n+1][n]; before == string(inner) && bytes.IndexByte(inner, '\\') < 0 {
			return before
		}
	}
	return Value(quoted).Text()
}

// space returns how many bytes of white space a JSON text begins with.
func space(text []byte) int {
	n := 0
	for n < len(text) && (text[n] == ' ' || text[n] == '\t' || text[n] == '\r' || text[n] == '\n') {
		n++
	}
	return n
}

// stringLength returns the length of the string that a valid JSON text begins with.
func stringLength(text []byte) int {
	n := 1
	for text[n] != '"' {
		if text[n] == '\\' {
			n++
		}
		n++
	}
	return n + 1
}

// valueLength returns the length of the value at the beginning of text, which is
// a part of a valid JSON object.
func valueLength(text []byte) int {
	switch text[0] {
	case '"':
		return stringLength(text)
	case '{', '[':
		return nestedLength(text)
	}
	n := 1 // a number, true, false or null
	for !strings.ContainsRune(",}"+jsonSpace, rune(text[n])) {
		n++
	}
	return n
}

// nestedLength returns the length of the object or the array at the beginning of
// a valid JSON text.
func nestedLength(text []byte) int {
	depth := 0
	for n := 0; ; {
		switch text[n] {
		case '"':
			n += stringLength(text[n:])
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if n++; depth == 0 {
			return n
		}
	}
}

// fill reads an object as far as it is valid, and says what is wrong with it.
func (o *Object) fill(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	t, err := d.Token()
	if err != nil {
		return errors.New("the line is not valid JSON")
	}
	if t != json.Delim('{') {
		return errors.New(`the line is not an object, {"ref": …}`)
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return fmt.Errorf("the line is not valid JSON from byte %d on", d.InputOffset()+1)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("the line is not valid JSON from byte %d on", d.InputOffset()+1)
		}
		o.Keys = append(o.Keys, t.(string)) // within an object the decoder returns nothing else
		o.Values = append(o.Values, Value(value))
	}
	if _, err := d.Token(); err != nil {
		return errors.New("the object is not closed on its line")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value stands on the line")
	}
	return nil
}

// Value is a JSON value as it stands in the text; nil where there is none.
type Value []byte

// ValueKind is what kind of value it is.
type ValueKind int

// The kinds of values.
const (
	Nothing ValueKind = iota // null, or no value at all
	String
	Number
	Truth // true or false
	List
	Nested // an object
)

// Kind tells what kind of value it is.
func (v Value) Kind() ValueKind {
	if len(v) == 0 {
		return Nothing
	}
	switch v[0] {
	case '"':
		return String
	case 't', 'f':
		return Truth
	case '[':
		return List
	case '{':
		return Nested
	case 'n':
		return Nothing
	}
	return Number
}

// Text returns a string without its quotes and escapes, nothing as "", and any
// other value as it stands in the text.
func (v Value) Text() string {
	switch v.Kind() {
	case Nothing:
		return ""
	case String:
		if inner := v[1 : len(v)-1]; bytes.IndexByte(inner, '\\') < 0 {
			return strings.ToValidUTF8(string(inner), "\ufffd")
		}
		var s string
		_ = json.Unmarshal(v, &s) // the decoder has found it valid
		return s
	}
	return string(v)
}

// Object returns the object that the value is; one with a fault if it is none.
func (v Value) Object() Object {
	var o Object
	o.read(v)
	return o
}

// lineReader reads lines of at most limit bytes.
type lineReader struct {
	r     *bufio.Reader
	limit int
	long  []byte // a line that does not fit into the buffer of r
	line  int    // of what next returned last
}

// next returns the next line without white space around it; the bytes are good
// until the next call. A line that is too long is skipped, and is errLongRecord.
func (l *lineReader) next() ([]byte, error) {
	part, err := l.r.ReadSlice('\n')
	if len(part) == 0 && err != nil {
		return nil, err
	}
	l.line++
	if !errors.Is(err, bufio.ErrBufferFull) {
		return bytes.TrimSpace(part), ignoreEOF(err)
	}
	l.long = append(l.long[:0], part...)
	size := len(part)
	for errors.Is(err, bufio.ErrBufferFull) {
		part, err = l.r.ReadSlice('\n')
		size += len(part)
		if size <= l.limit {
			l.long = append(l.long, part...)
		}
	}
	if err := ignoreEOF(err); err != nil {
		return nil, err
	}
	if size > l.limit {
		return nil, errLongRecord
	}
	return bytes.TrimSpace(l.long), nil
}

// ignoreEOF is for a last line without a line break: it is a line.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
