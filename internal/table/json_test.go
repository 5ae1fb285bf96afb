package table

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// writeObject gives an object the form that tables use: "line key=value key=value",
// or "line ! fault".
func writeObject(o *Object, err error) string {
	switch {
	case err != nil:
		return "error: " + err.Error()
	case o.Fault != "":
		return fmt.Sprintf("%d ! %s", o.Line, o.Fault)
	}
	text := fmt.Sprint(o.Line)
	for i, key := range o.Keys {
		text += fmt.Sprintf(" %s=%s", key, o.Values[i])
	}
	return text
}

func TestJSONObjects(t *testing.T) {
	tests := map[string]struct {
		json JSON
		text string
		want []string
	}{
		"one object on each line":        {JSON{}, "{\"a\":1,\"b\":\"x\"}\n\n {\"b\" : null , \"a\":[1,{\"c\":\"]\\\"\"}] }\r\n{}\n{ }", []string{`1 a=1 b="x"`, `3 b=null a=[1,{"c":"]\""}]`, "4", "5"}},
		"keys that stand twice":          {JSON{}, `{"a":1,"a":2}`, []string{"1 a=1 a=2"}},
		"keys with escapes":              {JSON{}, "{\"a\\\\n\":1}\n{\"a\\n\":2}\n{\"\\u0061\":3}", []string{`1 a\n=1`, "2 a\n=2", "3 a=3"}},
		"other keys on each line":        {JSON{}, "{\"a\":1,\"b\":2}\n{\"b\":1}\n{\"b\":1,\"c\":2,\"d\":3}", []string{"1 a=1 b=2", "2 b=1", "3 b=1 c=2 d=3"}},
		"lines that are no objects":      {JSON{}, "1\n[]\n{\"a\":}\n{\"a\":1\n{\"a\":1}{\n{\"a\":1}", []string{"1 ! the line is not an object", "2 ! the line is not an object", "3 ! the line is not valid JSON from byte", "4 ! the object is not closed", "5 ! more than one value", "6 a=1"}},
		"an array":                       {JSON{Array: true}, "[{\"a\":1},\n\n{\"a\":2}]", []string{"1 a=1", "2 a=2"}},
		"a line at the limit":            {JSON{Limit: 100_000}, `{"a":"` + strings.Repeat("x", 99_991) + "\"}\n{}", []string{`1 a="xxx`, "2"}},
		"a line that is over the limit":  {JSON{Limit: 100_000}, `{"a":"` + strings.Repeat("x", 99_993) + "\"}\n{}", []string{"1 ! the line is longer than 100000 bytes", "2"}},
		"a line that is far over it":     {JSON{Limit: 100}, "{}\n" + strings.Repeat("x", 1<<20) + "\n{}", []string{"1", "2 ! the line is longer than 100 bytes", "3"}},
		"an element that is far over it": {JSON{Array: true, Limit: 100}, `[{},"` + strings.Repeat("x", 1<<20) + `"]`, []string{"1", "error: the element 2 of the array is longer than 100 bytes"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.json.Text = textOf(tt.text)
			var got []string
			for o, err := range tt.json.Objects() {
				got = append(got, writeObject(o, err))
			}
			if !slices.EqualFunc(got, tt.want, func(got, want string) bool {
				return got == want || strings.ContainsAny(want, "!:x") && strings.HasPrefix(got, want)
			}) {
				t.Errorf("got  %.300q\nwant %.300q", got, tt.want)
			}
		})
	}
}

// FuzzObject holds the quick reading of a valid object against the one that goes
// token by token.
func FuzzObject(f *testing.F) {
	for _, text := range []string{
		`{"a":1}`, " {\t} ", `{"a" : [1,"]",{"b":"}"}] ,"c\\n":-1.5e3,"\u0061":true}`, `{"a":"\\","b":"\""}`, `{"":null}`,
		`{"a":1,}`, `{"a"}`, `[]`, `{"a":1}{}`, "{\"\xff\":\"\xff\"}", `{"a":{}}`, `{`, ``, `null`,
	} {
		f.Add([]byte(`{"a":0,"b\n":0}`), []byte(text))
	}
	f.Fuzz(func(t *testing.T, before, text []byte) {
		var got, want Object
		got.read(before) // its keys may be used again
		got.read(text)
		if err := want.fill(text); err != nil {
			want.Fault = err.Error()
		}
		if got.Fault != want.Fault || !slices.Equal(toValid(got.Keys), toValid(want.Keys)) || !slices.EqualFunc(got.Values, want.Values, func(a, b Value) bool { return bytes.Equal(a, b) }) {
			t.Errorf("got  %q\nwant %q", writeObject(&got, nil), writeObject(&want, nil))
		}
	})
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

func TestNormalName(t *testing.T) {
	for name, want := range map[string]string{
		"endDate": "enddate", "End Date": "enddate", "END_DATE": "enddate", "end-date": "enddate", "End\nDate": "enddate",
		"\ufeffref": "ref", "Ref.": "ref", "(ref)": "ref", "'ref'": "ref", "HTTP\u00a0Status": "httpstatus", "": "", "._-": "",
		"ref.no": "ref.no", "Ünïcode": "ünïcode",
	} {
		if got := NormalName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}
