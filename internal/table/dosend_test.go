package table

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// TestATextEndsBeforeTheCharacterOfDOS reads texts by both ways, in pieces of any size.
func TestATextEndsBeforeTheCharacterOfDOS(t *testing.T) {
	long := strings.Repeat("E1001\n", 20_000)
	for text, want := range map[string]string{
		"ref\nE1\n":                          "ref\nE1\n",
		"ref\nE1\n\x1a":                      "ref\nE1\n",
		"ref\nE1\x1a":                        "ref\nE1",
		"ref\nE1\n" + dosEnds(127):           "ref\nE1\n",
		"ref\nE\x1a1\n\x1a\x1a\n":            "ref\nE\x1a1\n\x1a\x1a\n",
		"\x1a":                               "",
		"":                                   "",
		long + "\x1a":                        long,
		long + dosEnds(5000):                 long + dosEnds(5000-mostDOSEnds),
		dosEnds(50_000) + "a\x1a":            dosEnds(50_000) + "a",
		"\ufeffref\nE1\n\x1a":                "ref\nE1\n",
		long + dosEnds(300) + "a" + "\x1a\n": long + dosEnds(300) + "a" + "\x1a\n",
	} {
		file, err := FileOf("a.csv", strings.NewReader(text), int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := file.Text(UTF8)
		if err != nil {
			t.Fatal(err)
		}
		section, err := whole.Reader()
		if err != nil {
			t.Fatal(err)
		}
		text = strings.TrimPrefix(text, "\ufeff")
		stream, _ := withoutDOSEnd(strings.NewReader(text))
		small, _ := withoutDOSEnd(iotest.OneByteReader(strings.NewReader(text[max(0, len(text)-300):])))
		for name, r := range map[string]io.Reader{"a section": section, "a stream": iotest.HalfReader(stream)} {
			if got, err := io.ReadAll(r); string(got) != want || err != nil {
				t.Errorf("%s of %.20q is %d bytes, want %d, %v", name, text, len(got), len(want), err)
			}
		}
		if got, err := io.ReadAll(small); err != nil || !strings.HasSuffix(want, string(got)) {
			t.Errorf("byte by byte the end of %.20q is %.20q, %v", text, got, err)
		}
	}
}

func dosEnds(n int) string { return strings.Repeat(dosEnd, n) }
