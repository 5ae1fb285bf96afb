package input

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// forms counts the forms that the refs of a source have, so that the few refs of
// another form stand out: a word among numbers, a title, a sum. The form of a ref is
// its runs of digits (9) and letters (A) with the punctuation between them, as in A9
// or A9-9; up to four letters in front count as they are, as in E9. Addresses, hex
// identifiers, names, and letters and digits that change again and again are forms of
// their own; each domain makes a form of addresses.
type forms struct {
	ids   map[string]uint8 // by form; from 1 on
	all   [maxForms]formCount
	n     int // refs
	spelt int // forms with letters as they are

	// The form of the ref before, if it is letters and then digits: most refs have it.
	letters string
	id      uint8
}

// formCount is what is known of the refs of one form.
type formCount struct {
	form    string
	general string // the form without letters as they are
	letters int    // how many of these are in front
	n       int
	first   string // the first ref of the form
	capital int    // refs with a capital letter, if the form is that of names
	varies  bool   // the letters in front of the refs differ
	sizes   [maxSize + 1]sizeCount
}

// sizeCount is what is known of the refs of one form and size.
type sizeCount struct {
	n      int
	firsts [4]int // by their first digit, as in refForm
}

const (
	maxForms = 1 << formBits
	rareForm = maxForms - 1 // stands for all further forms
	maxSpelt = 12
	maxSize  = 1<<sizeBits - 1 // stands for greater ones, too
)

// Forms that are no sequence of runs.
const (
	addressForm = "@"
	uuidForm    = "uuid"
	mixedForm   = "mixed" // letters and digits that change again and again
	nameForm    = "name"  // letters, with marks such as a point between them
	capitalForm = "Name"  // the same, with a capital letter
	userForm    = "A9"    // many letters and then digits: a name with a number, or a long prefix
	wordsForm   = "words" // letters and blanks
	soundMarks  = "|="    // one of these is a form: all identifiers of some systems have it
)

// refForm is what a row keeps of the form of its ref, and whether that was quick to
// find: the ref has few letters and digits, and nothing else.
type refForm struct {
	quick bool
	id    uint8 // of the form; 0: none
	size  int   // how many letters and digits the ref has behind the letters that the form has as they are
	first int   // its first digit: 0, 1, 2 for 2 to 4, 3 for 5 to 9; of a name: markedName or 0
}

// markedName is the first digit, as it were, of a name with marks such as a point.
const markedName = 1

// note counts a ref.
func (f *forms) note(ref string) refForm {
	found, ok := f.likeLast(ref)
	if !ok {
		found = f.formOf(ref)
		if letters, digits := lettersInFront(ref); digits && f.all[found.id].letters == utf8.RuneCountInString(letters) {
			f.letters, f.id = strings.Clone(letters), found.id
			found.quick = ref != "0"
		}
	}
	f.n++
	c := &f.all[found.id]
	if !ok && (c.form == capitalForm || c.form == userForm) && strings.ToLower(ref) != ref {
		c.capital++
	}
	if c.n++; c.n == 1 {
		c.first = strings.Clone(ref)
	} else if c.form == userForm && !c.varies {
		c.varies = !strings.HasPrefix(ref, c.first[:min(maxLetters+1, len(c.first))])
	}
	size := &c.sizes[found.size]
	size.n++
	size.firsts[found.first]++
	return found
}

// formOf returns the form of a ref.
func (f *forms) formOf(ref string) refForm {
	var buffer [48]byte
	form, general, found := formOf(buffer[:0], ref)
	found.id = f.idOf(string(form), general)
	found.size = min(max(0, found.size-f.all[found.id].letters), maxSize)
	return found
}

// likeLast returns the form of a ref that has the letters of the ref before in front,
// and then digits only. It is quick, and nearly always enough.
func (f *forms) likeLast(ref string) (refForm, bool) {
	n := len(f.letters)
	if f.id == 0 || len(ref) <= n || ref[:n] != f.letters || !digitsOnly(ref[n:]) {
		return refForm{}, false
	}
	return refForm{true, f.id, min(len(ref)-n, maxSize), firstDigit(ref[n])}, true
}

// lettersInFront returns the few letters in front of a ref, if the rest is digits.
func lettersInFront(ref string) (letters string, digits bool) {
	n := strings.IndexFunc(ref, func(r rune) bool { return !unicode.IsLetter(r) })
	if n < 0 || n > maxLetters || !digitsOnly(ref[n:]) {
		return "", false
	}
	return ref[:n], true
}

// maxLetters is how many bytes of letters in front of a ref count as they are.
const maxLetters = 4

// idOf returns the number of a form.
func (f *forms) idOf(form, general string) uint8 {
	if id, known := f.ids[form]; known {
		return id
	}
	if f.ids == nil {
		f.ids = map[string]uint8{}
	}
	if form != general {
		if f.spelt == maxSpelt {
			return f.idOf(general, general)
		}
		f.spelt++
	}
	if len(f.ids)+1 >= rareForm {
		return rareForm
	}
	id := uint8(len(f.ids) + 1)
	f.ids[form] = id
	letters := 0
	if form != general && general != addressForm && general != nameForm {
		letters = strings.IndexFunc(form, func(r rune) bool { return !unicode.IsLetter(r) })
	}
	f.all[id] = formCount{form: form, general: strings.Clone(general), letters: utf8.RuneCountInString(form[:letters])}
	return id
}

// formOf returns the form of a ref, also without letters as they are, its size and its
// first digit.
func formOf(form []byte, ref string) (spelt []byte, general string, found refForm) {
	var k formCounter
	for _, r := range ref {
		form = k.add(form, r)
	}
	found = refForm{size: k.digits + k.letters, first: k.first}
	named := func(name string) ([]byte, string, refForm) { return append(form[:0], name...), name, found }
	switch at := strings.IndexByte(ref, '@'); {
	case at > 0 && at < len(ref)-1 && strings.Count(ref, "@") == 1 && !k.blank:
		found.size = 0 // addresses differ in length
		return append(append(form[:0], '@'), ref[at+1:]...), addressForm, found
	case k.other && strings.ContainsAny(ref, soundMarks):
		found.size = 0
		at := strings.IndexAny(ref, soundMarks)
		return named(ref[at : at+1])
	case isUUID(ref):
		return named(uuidForm)
	case k.digits == 0 && k.letters > 0 && k.blank:
		return named(wordsForm)
	case k.digits == 0 && k.letters > 0 && !k.other:
		if k.marks > 0 {
			found.first = markedName
		}
		if k.capital {
			return append(form[:0], capitalForm...), nameForm, found
		}
		return named(nameForm)
	case k.changes > 1 && !k.blank && !k.other && k.marks == 0:
		if isExponent(ref) {
			return append(form[:0], exponentForm...), mixedForm, found
		}
		return named(mixedForm)
	}
	general = string(form)
	n := strings.IndexFunc(ref, func(r rune) bool { return !unicode.IsLetter(r) })
	if n > 0 && n <= maxLetters {
		spelt = append(make([]byte, 0, cap(form)), ref[:n]...)
		return append(spelt, general[1:]...), general, found
	}
	return form, general, found
}

// formCounter counts what a form is told by.
type formCounter struct {
	digits, first, letters, marks int
	changes                       int // from letters to digits, and back
	blank, other, capital         bool
	last                          byte
}

// add appends a character to a form, unless it goes on with the run before.
func (k *formCounter) add(form []byte, r rune) []byte {
	kind := byte('#')
	switch {
	case r >= '0' && r <= '9':
		if kind = '9'; k.digits == 0 {
			k.first = firstDigit(byte(r))
		}
		k.digits++
	case unicode.IsLetter(r) || unicode.IsMark(r):
		kind = 'A'
		k.letters++
		k.capital = k.capital || unicode.IsUpper(r)
	case unicode.IsSpace(r):
		kind, k.blank = ' ', true
	case r == '.' || r == '-' || r == '_' || r == '\'' || r == '’':
		kind = byte(r & 0x7f)
		k.marks++
	default:
		if k.other = true; r < utf8.RuneSelf {
			kind = byte(r)
		}
	}
	last := k.last
	if k.last = kind; kind == last {
		return form
	}
	if (kind == '9' || kind == 'A') && (last == '9' || last == 'A') {
		k.changes++
	}
	if len(form) < cap(form) {
		form = append(form, kind)
	}
	return form
}

func isUUID(ref string) bool {
	if len(ref) != len("00000000-0000-0000-0000-000000000000") {
		return false
	}
	for i := range len(ref) {
		switch c := ref[i] | 0x20; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if ref[i] != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}

// firstDigit returns the first digit of a number, as refForm has it.
func firstDigit(c byte) int {
	switch {
	case c <= '1':
		return int(c - '0')
	case c < '5':
		return 2
	}
	return 3
}
