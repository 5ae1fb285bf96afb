package table

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// Object is a JSON object. It is valid until the next one is read, and its keys after
// that, too.
type Object struct {
	Line   int      // the line, or the number of the element of an array, from 1
	Keys   []string // in their order; a key may be there twice
	Values []Value  // as many as keys
	Fault  string   // why the object cannot be used; "" if it can
}

// JSON is a text with one object on each line, or with one array of objects.
type JSON struct {
	Text  *Text
	Array bool
	// Limit is the longest line in bytes, with its line break, or the longest element;
	// 0 means RecordLimit. An element that is longer may be read, because the text is
	// read ahead.
	Limit int
}

// Objects reads all objects. A line or an element that is not an object has a fault, and
// so has a line that is too long. An error ends the sequence: an array that is not valid
// JSON, an element that is too long, or an error of reading the text. The sequence can
// be read any number of times, also by several goroutines at once.
func (j JSON) Objects() func(yield func(*Object, error) bool) {
	j.Limit = cmp.Or(j.Limit, RecordLimit)
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

// lines reads the objects on lines.
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
	const noLimit = math.MaxInt // white space between elements takes no memory
	guard := &guard{r: text, left: noLimit}
	d := json.NewDecoder(guard)
	n := 0
	fail := func(err error) {
		if errors.Is(err, errLongRecord) {
			err = fmt.Errorf("the element %d of the array is longer than %d bytes", n, j.Limit)
		} else if _, ok := errors.AsType[*json.SyntaxError](err); ok || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("this is not a JSON array to its end: byte %d: %w", d.InputOffset()+1, err)
		}
		yield(nil, err)
	}
	if _, err := d.Token(); err != nil { // the bracket
		fail(err)
		return
	}
	var o Object
	for d.More() {
		n++
		guard.left = j.Limit
		var element json.RawMessage
		if err := d.Decode(&element); err != nil {
			fail(err)
			return
		}
		if o.read(element); len(element) > j.Limit { // the guard lets a little more pass
			o = Object{Fault: fmt.Sprintf("the element is longer than %d bytes", j.Limit)}
		}
		o.Line = n
		if !yield(&o, nil) {
			return
		}
		guard.left = noLimit
	}
	if _, err := d.Token(); err != nil { // the other bracket
		fail(err)
		return
	}
	_, err := d.Token()
	if _, malformed := errors.AsType[*json.SyntaxError](err); malformed || err == nil {
		err = fmt.Errorf("this is not one JSON array: something follows it, at byte %d", d.InputOffset()+1)
	}
	if !errors.Is(err, io.EOF) {
		yield(nil, err)
	}
}

// read reads an object. It keeps all keys: a map would hide that a key is there twice.
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

// jsonSpace is the white space of JSON.
const jsonSpace = " \t\r\n"

// split reads an object that is known to be valid, much faster than fill.
func (o *Object) split(text []byte) {
	for i := 1; ; i++ { // i is after the brace, or after a comma
		i += space(text[i:])
		if text[i] == '}' {
			return
		}
		end := i + stringLength(text[i:])
		o.Keys = append(o.Keys, o.nextKey(text[i:end]))
		i = end + space(text[end:]) + 1 // after the colon
		i += space(text[i:])
		end = i + valueLength(text[i:])
		o.Values = append(o.Values, Value(text[i:end:end]))
		if i = end + space(text[end:]); text[i] == '}' {
			return
		}
	}
}

// nextKey returns the next key, from its JSON string. Most often the previous object had
// the same key in this place, and the same string can be used again.
func (o *Object) nextKey(quoted []byte) string {
	if n := len(o.Keys); n < cap(o.Keys) {
		inner := quoted[1 : len(quoted)-1]
		if before := o.Keys[:n+1][n]; before == string(inner) && bytes.IndexByte(inner, '\\') < 0 {
			return before
		}
	}
	return Value(quoted).Text()
}

// space returns with how many bytes of white space text begins.
func space(text []byte) int {
	n := 0
	for n < len(text) && (text[n] == ' ' || text[n] == '\t' || text[n] == '\r' || text[n] == '\n') {
		n++
	}
	return n
}

// stringLength returns the length of the string with which text begins, which is valid.
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

// valueLength returns the length of the value with which text begins. text is a part of
// a valid JSON object.
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

// nestedLength returns the length of the object or array with which text begins, which
// is valid.
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

// fill reads an object as far as it is valid, and returns what is wrong with it.
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
		o.Keys = append(o.Keys, t.(string)) // the decoder returns only strings as keys
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

// Value is a JSON value as it is in the text; empty if there is no value.
type Value []byte

// ValueKind is the kind of a JSON value.
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

// Kind returns the kind of the value.
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

// Text returns a string without quotes and escapes, with U+FFFD for what is not valid
// UTF-8; "" for Nothing; and any other value as it is in the text.
func (v Value) Text() string {
	switch v.Kind() {
	case Nothing:
		return ""
	case String:
		if inner := v[1 : len(v)-1]; bytes.IndexByte(inner, '\\') < 0 {
			return strings.ToValidUTF8(string(inner), "\ufffd")
		}
		var s string
		_ = json.Unmarshal(v, &s) // cannot fail: the value was found valid
		return s
	}
	return string(v)
}

// Object returns the value as an object; it has a fault if the value is not an object.
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
	line  int    // the number of the line that next returned last
}

// next returns the next line without white space around it; the bytes are valid until
// the next call. It skips a line that is too long, and returns errLongRecord for it.
func (l *lineReader) next() ([]byte, error) {
	part, err := l.r.ReadSlice('\n')
	if len(part) == 0 && err != nil {
		return nil, err
	}
	l.line++
	if !errors.Is(err, bufio.ErrBufferFull) {
		if len(part) > l.limit {
			return nil, errLongRecord
		}
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

// ignoreEOF returns nil for io.EOF: the last line may have no line break.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
