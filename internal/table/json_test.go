package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// The cases that a text file can show are in testdata/json.txtar.
func TestJSONObjects(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"empty lines, white space and line breaks of another system": {"\n \t\n{\"a\":1,\"b\":\"x\"}\r\n\r\n {\"b\" : null , \"a\":[1,{\"c\":\"]\\\"\"}] }\t\r\n{}\n{ }", []string{`3 a=1 b="x"`, `5 b=null a=[1,{"c":"]\""}]`, "6", "7"}},
		"a byte order mark":                      {mark + `{"a":1}` + "\n", []string{"1 a=1"}},
		"no line break at the end":               {`{"a":1}` + "\n" + `{"a":2}`, []string{"1 a=1", "2 a=2"}},
		"an empty text":                          {"", nil},
		"keys with escapes":                      {`{"a\\n":1}` + "\n" + `{"a\n":2}` + "\n" + `{"\u0061":3}`, []string{`1 a\n=1`, "2 a\n=2", "3 a=3"}},
		"values that are very deep":              {`{"a":` + strings.Repeat("[", 100_000) + "\n" + `{"a":1}`, []string{"1 ! the line is not valid JSON from byte 10005 on", "2 a=1"}},
		"a byte order mark in front of an array": {mark + ` [{"a":1}]`, []string{"1 a=1"}},
		"white space between elements that is longer than one may be": {"[" + strings.Repeat(" ", 2*RecordLimit) + `{"a":1}` + strings.Repeat("\n", 2*RecordLimit) + `,{"a":2}` + strings.Repeat(" ", 2*RecordLimit) + "]" + strings.Repeat(" ", 2*RecordLimit), []string{"1 a=1", "2 a=2"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			isArray := strings.Contains(tt.text[:min(5, len(tt.text))], "[")
			compareLines(t, readJSON(JSON{Text: textOf(tt.text), Array: isArray}), tt.want)
		})
	}
}

func TestLongJSONObjects(t *testing.T) {
	ofLength := func(n int) string { return `{"a":"` + strings.Repeat("x", n-len(`{"a":""}`)) + `"}` }
	for _, limit := range []int{100, 100_000, RecordLimit} {
		tooLong := fmt.Sprintf("! the line is longer than %d bytes", limit)
		tests := map[string]struct {
			text  string
			array bool
			want  []string
		}{
			"a line of the limit":                     {ofLength(limit-1) + "\n{}", false, []string{`1 a="xxx…`, "2"}},
			"a line of the limit at the end":          {ofLength(limit), false, []string{`1 a="xxx…`}},
			"a line that is one byte too long":        {ofLength(limit) + "\n{}", false, []string{"1 " + tooLong, "2"}},
			"a line that is much too long":            {"{}\n" + ofLength(limit+200<<10) + "\n{}", false, []string{"1", "2 " + tooLong, "3"}},
			"a first line that is too long":           {ofLength(limit+1) + "\n{}", false, []string{"1 " + tooLong, "2"}},
			"a last line that is too long":            {"{}\n" + ofLength(limit+1), false, []string{"1", "2 " + tooLong}},
			"a long line behind one that is too long": {ofLength(limit+1) + "\n" + ofLength(limit-1) + "\n{}", false, []string{"1 " + tooLong, `2 a="xxx…`, "3"}},
			"elements of the limit":                   {"[" + strings.Repeat(ofLength(limit)+",", 3) + ofLength(limit) + "]", true, []string{`1 a="xxx…`, `2 a="xxx…`, `3 a="xxx…`, `4 a="xxx…`}},
			"an element that is much too long":        {"[{}," + ofLength(3*RecordLimit) + ",{}]", true, []string{"1", fmt.Sprintf("error 1: the JSON value that begins at byte 5 is longer than %d bytes", limit)}},
		}
		for name, tt := range tests {
			t.Run(fmt.Sprint(name, " with a limit of ", limit), func(t *testing.T) {
				compareLines(t, readJSON(JSON{Text: textOf(tt.text), Array: tt.array, Limit: limit}), tt.want)
			})
		}
	}
}

func TestALongLineIsNotKeptInMemory(t *testing.T) {
	const limit = 100_000
	lines := lineReader{r: bufio.NewReaderSize(strings.NewReader(strings.Repeat("x", 100*limit)), 64<<10), limit: limit}
	if line, err := lines.next(); !errors.Is(err, errLongRecord) || cap(lines.long) > 4*limit {
		t.Errorf("a line of %d bytes, %v, keeps %d bytes", len(line), err, cap(lines.long))
	}
}

func TestAppendingToAValueChangesNoOther(t *testing.T) {
	o := Value(`{"a":1,"b":2}`).Object()
	_ = append(o.Values[0], "3456789"...)
	if got := writeObject(&o, nil); got != "0 a=1 b=2" {
		t.Errorf("the object is %s", got)
	}
}

func TestAnErrorBehindAnArrayIsSaid(t *testing.T) {
	broken := errors.New("the disk broke")
	text := &Text{Encoding: UTF8, open: func() (io.Reader, error) {
		return io.MultiReader(strings.NewReader(`[{"a":1}] `), iotest.ErrReader(broken)), nil
	}}
	var got error
	for _, err := range (JSON{Text: text, Array: true}).Objects() {
		got = err
	}
	if !errors.Is(got, broken) {
		t.Errorf("the error is %v", got)
	}
}

func TestWhereAJSONTextIsCutOff(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"at the end of a line":            {"[{\"a\": 1}", "error 1: the JSON is cut off: it ends at byte 9,"},
		"with a line break behind it":     {"[{\"a\": 1}\r\n", "error 1: the JSON is cut off: it ends at byte 9,"},
		"with much white space behind it": {"[\n{\"a\": 1}" + strings.Repeat(" \n", 100_000), "error 2: the JSON is cut off: it ends at byte 10,"},
		"on the third line":               {"[\n{\"a\": 1},\n{\"a\"", "error 3: the JSON is cut off: it ends at byte 16,"},
	} {
		t.Run(name, func(t *testing.T) {
			got := readJSON(JSON{Text: textOf(tt.text), Array: true})
			if last := got[len(got)-1]; !strings.HasPrefix(last, tt.want) {
				t.Errorf("got %q, want %q", last, tt.want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	tests := map[string]struct {
		kind ValueKind
		text string
	}{
		"":                        {Nothing, ""},
		"null":                    {Nothing, ""},
		`""`:                      {String, ""},
		`"a b"`:                   {String, "a b"},
		`"a\"b\\c\/d\n"`:          {String, "a\"b\\c/d\n"},
		`"\u00e9\ud83d\ude42"`:    {String, "é🙂"},
		`"\ud83d x"`:              {String, "\ufffd x"},
		"\"a\xffb\"":              {String, "a\ufffdb"},
		"\"a\xffb\\n\"":           {String, "a\ufffdb\n"},
		"0":                       {Number, "0"},
		"-1.50e+3":                {Number, "-1.50e+3"},
		"12345678901234567890123": {Number, "12345678901234567890123"},
		"true":                    {Truth, "true"},
		"false":                   {Truth, "false"},
		`[1, "a"]`:                {List, `[1, "a"]`},
		`{"a": null}`:             {Nested, `{"a": null}`},
	}
	for text, want := range tests {
		v := Value(text)
		if v.Kind() != want.kind || v.Text() != want.text {
			t.Errorf("%s has the kind %d and the text %q, want %d and %q", text, v.Kind(), v.Text(), want.kind, want.text)
		}
		if o := v.Object(); (o.Fault == "") != (want.kind == Nested) {
			t.Errorf("%s as an object has the fault %q", text, o.Fault)
		}
	}
	nested := Value(`{"a": 1, "a": {"b": []}}`).Object()
	if got := writeObject(&nested, nil); got != `0 a=1 a={"b": []}` {
		t.Errorf("got %s", got)
	}
}

// FuzzObject compares the reading of an object with encoding/json: both find the same
// texts valid, and the same keys and values in them.
func FuzzObject(f *testing.F) {
	for _, text := range []string{
		`{"a":1}`, " {\t} ", `{"a" : [1,"]",{"b":"}"}] ,"c\\n":-1.5e3,"\u0061":true}`, `{"a":"\\","b":"\""}`, `{"":null}`,
		`{"a":1,}`, `{"a"}`, `[]`, `{"a":1}{}`, "{\"\xff\":\"\xff\"}", `{"a":{}}`, `{`, ``, `null`,
	} {
		f.Add([]byte(`{"a":0,"b\n":0}`), []byte(text))
	}
	f.Fuzz(func(t *testing.T, before, text []byte) {
		got := newObjectReader("line")
		got.read(before) // its keys may be used again
		got.read(text)
		keys, values, valid := byEncodingJSON(text)
		if (got.Fault == "") != valid {
			t.Fatalf("%q has the fault %q, where encoding/json has %t", text, got.Fault, valid)
		}
		if len(got.Keys) != len(got.Values) {
			t.Errorf("%d keys and %d values", len(got.Keys), len(got.Values))
		}
		if valid && (!slices.Equal(toValid(got.Keys), toValid(keys)) || !slices.EqualFunc(got.Values, values, func(a Value, b json.RawMessage) bool { return bytes.Equal(a, b) })) {
			t.Errorf("got  %q\nwant %q %q", writeObject(&got.Object, nil), keys, values)
		}
	})
}

// byEncodingJSON reads an object token by token with encoding/json.
func byEncodingJSON(text []byte) (keys []string, values []json.RawMessage, valid bool) {
	if trimmed := bytes.TrimLeft(text, " \t\r\n"); !json.Valid(text) || trimmed[0] != '{' {
		return nil, nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	_, _ = d.Token()
	for d.More() {
		key, _ := d.Token()
		var value json.RawMessage
		_ = d.Decode(&value)
		keys, values = append(keys, key.(string)), append(values, value)
	}
	return keys, values, true
}

// toValid makes one of the characters that stand for invalid bytes, of which the
// two readings may have different numbers.
func toValid(keys []string) []string {
	valid := slices.Clone(keys)
	for i, key := range keys {
		for strings.Contains(key, "\ufffd\ufffd") {
			key = strings.ReplaceAll(key, "\ufffd\ufffd", "\ufffd")
		}
		valid[i] = key
	}
	return valid
}

// FuzzJSON reads lines and arrays: each line that is not empty is an object or has a
// fault, and no text is read without end.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{
		"", "{}", `{"a": 1}` + "\n" + `{"b": "x", "a": null}` + "\n", mark + "\r\n" + `{"a": true}` + "\r\n", `{"a": 1, "a": 2}`,
		`{"a": "b"` + "\n" + `{"a": 1}` + "\nnull\n[]\n1\n", `{"a": 1} {"b": 2}`, `{"a": "\ud83d\u0000"}`, "{\"a\": \"\xeb\"}", "{1: 2}", "{{", `{"a" 1}`, `{"a": 1 "b": 2}`, `{"a": 1,}`, `{"a": 1]`,
		`[{"a": 1}, {"a": 2,` + "\n" + ` "b": null}, 3]`, "[", "[]", "[]x", "[[", "[{}{}]", `{"a": {"b": {"c": "d"}}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := 0
		for line := range strings.Lines(strings.TrimPrefix(text, mark)) {
			if strings.TrimSpace(line) != "" {
				lines++
			}
		}
		if got := readJSON(JSON{Text: textOf(text)}); len(got) != lines {
			t.Errorf("%d lines that are not empty are read as %q", lines, got)
		}
		elements := readJSON(JSON{Text: textOf(text), Array: true})
		var want []json.RawMessage
		err := json.Unmarshal([]byte(strings.TrimPrefix(text, mark)), &want)
		if last := len(elements) - 1; strings.HasPrefix(strings.TrimLeft(text, " \n"), "[") {
			isError := last >= 0 && strings.HasPrefix(elements[last], "error")
			if isError != (err != nil) || err == nil && len(elements) != len(want) {
				t.Errorf("the array is read as %q, where encoding/json has %q, %v", elements, want, err)
			}
		}
	})
}

func BenchmarkObjects(b *testing.B) {
	const lines = 10_000
	text := strings.Repeat(`{"ref":"e1001","endDate":"2024-06-30","department":"Sales","active":true,"grade":7,"manager":{"ref":"e1"}}`+"\n", lines)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for o, err := range (JSON{Text: textOf(text)}).Objects() {
			if err != nil || o.Fault != "" {
				b.Fatal(err, o)
			}
			n++
		}
		if n != lines {
			b.Fatal(n, "lines")
		}
	}
	b.ReportMetric(lines*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
