package xlsx

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// scan writes down the tokens of a part; each text in brackets.
func scan(part io.Reader) (string, error) {
	s := newScanner(part)
	var b strings.Builder
	for {
		token, err := s.next()
		switch {
		case errors.Is(err, io.EOF):
			return b.String(), nil
		case err != nil:
			return b.String(), err
		case token == startTag:
			fmt.Fprintf(&b, "<%s", s.name)
			for _, a := range s.attrs {
				fmt.Fprintf(&b, " %s=%q", a.Name.Local, a.Value)
			}
			b.WriteString(">")
		case token == endTag:
			fmt.Fprintf(&b, "</%s>", s.name)
		case token == charData:
			fmt.Fprintf(&b, "[%s]", s.text)
		}
	}
}

// TestScanner reads each part in one piece, byte by byte, and with its end in the
// last piece.
func TestScanner(t *testing.T) {
	for text, want := range map[string]string{
		`<a/>`:                          `<a></a>`,
		`<a b="c" x:d='e' />`:           `<a b="c" d="e"></a>`,
		`<x:a xmlns:x="y"><x:b/></x:a>`: `<a x="y"><b></b></a>`,
		"<a>\r\n<b c=\"d\r\"/>e</a>\n":  `<a>[` + "\n" + `]<b c="d\n"></b>[e]</a>`,
		`<a b="&lt;">&#65;&amp;</a>`:    `<a b="<">[A&]</a>`,
		`<a><![CDATA[<b>&amp;]]>c</a>`:  `<a>[<b>&amp;][c]</a>`,
		`<a>b<!-- c -->d<?e f?></a>`:    `<a>[b][d]</a>`,
		"\ufeff<?xml version='1.0' encoding='utf-8'?>\r\n<!-- b --><a>ä</a>\n<!-- c -->": `<a>[ä]</a>`,
		"\ufeff<?xml version='1.0' encoding='ISO-8859-1'?><a>ä</a>":                      `<a>[ä]</a>`,
		"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4\x80</a>":                     `<a>[ä` + "\u0080" + `]</a>`,
		"<?xml version='1.0' encoding='iso_8859-15'?><a>\xa4</a>":                        `<a>[€]</a>`,
		"<?xml version='1.0' encoding='Windows-1252'?><a b='\x80'>\xe4\x81</a>":          `<a b="€">[ä` + "\ufffd" + `]</a>`,
		"\xff\xfe<\x00a\x00>\x00\xac\x20\x3d\xd8\x00\xde<\x00/\x00a\x00>\x00":            `<a>[€😀]</a>`,
		"\xfe\xff\x00<\x00a\x00>\x20\xac\xd8\x3d\xde\x00\x00<\x00/\x00a\x00>":            `<a>[€😀]</a>`,
		"<\x00a\x00>\x00\xe4\x00<\x00/\x00a\x00>\x00":                                    `<a>[ä]</a>`,
		"\x00<\x00a\x00>\x00\xe4\x00<\x00/\x00a\x00>":                                    `<a>[ä]</a>`,
		"\xff\xfe<\x00a\x00>\x00\x3d\xd8<\x00/\x00a\x00>\x00":                            `<a>[` + "\ufffd" + `]</a>`,
	} {
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text)), iotest.DataErrReader(strings.NewReader(text))} {
			if got, err := scan(r); err != nil || got != want {
				t.Errorf("%q is read as %q, %v; want %q", text, got, err, want)
			}
		}
	}
}

func TestScannerFindsAttributesWithoutPrefix(t *testing.T) {
	s := newScanner(strings.NewReader(`<c x:r="A1" s="" r="B2"><v/></c>`))
	if _, err := s.next(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"r": "B2 true", "s": " true", "t": " false", "x:r": " false"} {
		if value, found := s.attribute(name); fmt.Sprint(value, " ", found) != want {
			t.Errorf("the attribute %s is %q, %t; want %s", name, value, found, want)
		}
	}
	if _, err := s.next(); err != nil {
		t.Fatal(err)
	}
	if value, found := s.attribute("r"); found {
		t.Errorf("the next element has the attribute r = %q", value)
	}
}

func TestScannerRefusesWhatIsNotWellFormed(t *testing.T) {
	for name, texts := range map[string][]string{
		"the part ends early":               {`<`, `<a`, `<a>`, `<a b`, `<a b="`, `<a b="c`, `<a><b></b>`, `<a>&lt`, `<a><![CDATA[</a>`, `<a><!-- </a>`, `<a><?b </a>`},
		"other than one outermost element":  {``, ` `, "\ufeff", `<!-- -->`, `<a/><b/>`, `<a></a><a>`},
		"text outside of all elements":      {`a`, `<a/>b`, `b<a/>`, `<![CDATA[b]]><a/>`, `<a/>&lt;`},
		"tags that do not match":            {`</a>`, `<a></b>`, `<a/></a>`, `<a><b></a></b>`, `<x:a></a>`, `<x:a></y:a>`, `<a></A>`},
		"an attribute that stands twice":    {`<a b="c" b="d"/>`, `<a b="c" d="e" b="c"/>`, `<a x:b="c" x:b="d"/>`},
		"tags and attributes that are none": {`< a/>`, `<1/>`, `<a:b:c/>`, `<a/ >`, `<>`, `</>`, `<a></ a>`, `<a b/>`, `<a b=c/>`, `<a b="<"/>`, `<a <b/>`, "<\xff/>"},
		"references to no character":        {`<a>&b;</a>`, `<a>&lt</a>`, `<a>&;</a>`, `<a>&#;</a>`, `<a>&#0;</a>`, `<a>&#x110000;</a>`, `<a>&#xFFFE;</a>`, `<a>& </a>`, `<a b="&b;"/>`},
		"characters that XML forbids":       {"<a>\x00</a>", "<a>\x1f</a>", "<a b='\x01'/>", "<a>\xff</a>", "<a>\xed\xa0\x80</a>", "<a>\uffff</a>"},
		"marks in the wrong place":          {`<a>]]></a>`, `<a><!-- -- --></a>`, `<a><!-- ---></a>`, `<a><!--></a>`, `<a><? b?></a>`},
		"a document type":                   {`<!DOCTYPE a><a/>`, `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, `<a><!b></a>`, `<a/><!DOCTYPE a>`},
		"another encoding or version":       {`<?xml version="1.0" encoding="UTF-7"?><a/>`, `<?xml version="1.0" encoding="utf-16"?><a/>`, `<?xml version="1.1"?><a/>`, "\xff\xfe\x00\x00<\x00\x00\x00a\x00\x00\x00/\x00\x00\x00>\x00\x00\x00"},
		"a part in UTF-16 that is cut off":  {"\xff\xfe<\x00a\x00/\x00>", "\xff\xfe<\x00a\x00>\x00", "\xff\xfe", "\xfe\xff\x00<\x00a\x00/\x00>\x00"},
	} {
		for _, text := range texts {
			if got, err := scan(strings.NewReader(text)); err == nil {
				t.Errorf("%s: %q is read as %q", name, text, got)
			}
		}
	}
}

func TestScannerReportsErrorsOfItsReader(t *testing.T) {
	broken := errors.New("broken")
	for _, text := range []string{``, `<a>`, `<a/>`, `<a>b`, `<a b="`, `<!-- `} {
		if _, err := scan(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))); !errors.Is(err, broken) {
			t.Errorf("after %q: %v", text, err)
		}
	}
}

func TestScannerKeepsToItsLimits(t *testing.T) {
	for name, text := range map[string]string{
		"a text":             "<a>" + strings.Repeat("x", 2*recordLimit) + "</a>",
		"a tag":              "<a" + strings.Repeat(" ", 2*recordLimit) + "/>",
		"a comment":          "<!--" + strings.Repeat(" ", 2*recordLimit) + "--><a/>",
		"many small tokens":  "<a>" + strings.Repeat("<b/>", recordLimit/2) + "</a>",
		"white space before": strings.Repeat(" ", 2*recordLimit) + "<a/>",
	} {
		t.Run(name, func(t *testing.T) {
			r := strings.NewReader(text)
			if _, err := scan(r); !errors.Is(err, errTooBig) {
				t.Error(err)
			}
			if read := len(text) - r.Len(); read > recordLimit+readAhead {
				t.Errorf("%d bytes were read", read)
			}
		})
	}
	t.Run("renew", func(t *testing.T) {
		s := newScanner(strings.NewReader("<a>" + strings.Repeat("<b/>", recordLimit) + "</a>"))
		for {
			s.renew()
			if _, err := s.next(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatal("a limit that was renewed is reached:", err)
			}
		}
	})
	t.Run("depth", func(t *testing.T) {
		for depth, ok := range map[int]bool{maxDepth: true, maxDepth + 1: false} {
			if _, err := scan(strings.NewReader(strings.Repeat("<a>", depth) + strings.Repeat("</a>", depth))); (err == nil) != ok {
				t.Errorf("%d elements within each other: %v", depth, err)
			}
		}
	})
	t.Run("attributes", func(t *testing.T) {
		var attributes strings.Builder
		for i := range maxAttributes {
			fmt.Fprintf(&attributes, " b%d=''", i)
		}
		for text, ok := range map[string]bool{"<a" + attributes.String() + "/>": true, "<a c=''" + attributes.String() + "/>": false} {
			if _, err := scan(strings.NewReader(text)); (err == nil) != ok {
				t.Errorf("%d attributes: %v", strings.Count(text, "="), err)
			}
		}
	})
}
