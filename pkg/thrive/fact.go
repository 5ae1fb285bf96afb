package thrive

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Fact is what an answer says in one of its fields: a value, that there is none, or
// nothing that can be used. What an answer does not say is not known, and must never
// pass for "no".
//
// A field is not known if it is missing, if it stands more than once in its object, in
// whatever case, or if it has another type than the expected one: types drift in this
// API (public clients have the same field as a string and as an object, or as a boolean
// and as a string). A text with bytes that are no characters is not known, either,
// because it could equal another text. One field never hides the others.
//
// The zero value is not known.
type Fact[T any] struct {
	value T
	state state
}

// state says what an answer has said about a field so far.
type state uint8

const (
	unsaid  state = iota // the field is missing
	unclear              // it cannot be used
	none                 // it is null
	known                // it has a value of the expected type
)

// Known returns the fact that a field has a value.
func Known[T any](value T) Fact[T] { return Fact[T]{value: value, state: known} }

// None returns the fact that a field has no value.
func None[T any]() Fact[T] { return Fact[T]{state: none} }

// Get returns the value, and whether there is one that is known.
func (f Fact[T]) Get() (value T, ok bool) { return f.value, f.state == known }

// Or returns the value, or else a fallback if there is none or it is not known.
func (f Fact[T]) Or(fallback T) T {
	if f.state == known {
		return f.value
	}
	return fallback
}

// None reports whether the answer says that the field has no value: it is null there.
func (f Fact[T]) None() bool { return f.state == none }

// UnmarshalJSON is called for each value of the field. It never fails: an error would
// end the decoding of the other fields.
func (f *Fact[T]) UnmarshalJSON(raw []byte) error {
	again := f.state != unsaid
	*f = Fact[T]{state: unclear}
	switch {
	case again || len(raw) == 0:
	case raw[0] == 'n':
		f.state = none
	case strings.IndexByte(beginnings(&f.value), raw[0]) < 0:
	default:
		// In a list or an object an error is about one element, which stays empty.
		err := json.Unmarshal(raw, &f.value)
		if err == nil && isText(&f.value) || raw[0] == '[' || raw[0] == '{' {
			f.state = known
			return nil
		}
		*f = Fact[T]{state: unclear}
	}
	return nil
}

// beginnings returns the bytes with which the JSON of a value can begin.
func beginnings(value any) string {
	switch value.(type) {
	case *string:
		return `"`
	case *bool:
		return "tf"
	case *int:
		return "0123456789" // all numbers of this API are counts
	case *[]User, *[]Position:
		return "["
	default:
		return "{"
	}
}

// isText reports whether a value is no string, or one of characters only: encoding/json
// puts U+FFFD in the place of what is none.
func isText(value any) bool {
	text, ok := value.(*string)
	return !ok || !strings.ContainsRune(*text, utf8.RuneError)
}

// TextFields are those fields of an object that are texts, by their names. Others are
// left out, and so are those that stand there twice in the same case.
type TextFields map[string]string

// UnmarshalJSON reads an object. The caller has checked that it is valid JSON.
func (t *TextFields) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil { // the brace
		return err
	}
	seen := map[string]Fact[string]{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		fact := seen[name.(string)] // a name is a string in valid JSON
		if err := fact.UnmarshalJSON(value); err != nil {
			return err
		}
		seen[name.(string)] = fact
	}
	*t = make(TextFields, len(seen))
	for name, fact := range seen {
		if text, ok := fact.Get(); ok {
			(*t)[name] = text
		}
	}
	return nil
}
