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
}

// Objects reads the objects. What is no object has a fault. An error ends the
// sequence; it is a *LineError where the text is the reason.
func (j JSON) Objects() func(yield func(*Object, error) bool) {
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
	lines := lineReader{r: bufio.NewReaderSize(text, 64<<10)}
	var o Object
	for {
		line, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.Is(err, errLongRecord):
			o = Object{Fault: fmt.Sprintf("the line is longer than %d bytes", RecordLimit)}
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
	guard := &guard{r: text, left: RecordLimit}
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
		guard.left = RecordLimit
		var element json.RawMessage
		if err := d.Decode(&element); errors.Is(err, errLongRecord) {
			yield(nil, fmt.Errorf("the element %d of the array is longer than %d bytes", n, RecordLimit))
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

// read reads the keys one by one, because a map would keep the last of two that
// are the same, and nobody would know.
func (o *Object) read(text []byte) {
	*o = Object{Keys: o.Keys[:0], Values: o.Values[:0]}
	if err := o.fill(text); err != nil {
		o.Fault = err.Error()
	}
}

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

// lineReader reads lines of at most RecordLimit bytes.
type lineReader struct {
	r    *bufio.Reader
	long []byte // a line that does not fit into the buffer of r
	line int    // of what next returned last
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
		if size <= RecordLimit {
			l.long = append(l.long, part...)
		}
	}
	if err := ignoreEOF(err); err != nil {
		return nil, err
	}
	if size > RecordLimit {
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
