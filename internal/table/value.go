package table

import (
	"bytes"
	"iter"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

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
		// An error is about bytes that are not UTF-8, which have been replaced.
		text, _ := jsontext.AppendUnquote(nil, v)
		return string(text)
	}
	return string(v)
}

// Object returns the value as an object; it has a fault if the value is not an object.
func (v Value) Object() Object {
	r := newObjectReader("value")
	r.read(v)
	return r.Object
}

// Objects reads the objects among the elements of a list; nothing if the value is no
// list. It stops where the list is malformed.
func (v Value) Objects() iter.Seq[Object] {
	return func(yield func(Object) bool) {
		for element := range v.Elements() {
			if element.Kind() == Nested && !yield(element.Object()) {
				return
			}
		}
	}
}

// Elements reads the elements of a list; nothing if the value is no list. It stops where
// the list is malformed. An element is valid until the next one is read.
func (v Value) Elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Kind() != List {
			return
		}
		d := newDecoder(bytes.NewBuffer(v))
		if _, err := d.ReadToken(); err != nil { // the bracket
			return
		}
		for d.PeekKind() != jsontext.KindEndArray {
			element, err := d.ReadValue()
			if err != nil || !yield(Value(element)) {
				return
			}
		}
	}
}
