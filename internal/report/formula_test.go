package report

import (
	"encoding/csv"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhichTextsStandBehindAnApostrophe(t *testing.T) {
	for _, text := range []string{
		"=1", "+1", "-1", "@SUM(1)", "＝1", "＋1", "－1", "＠x", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\u3164=1", "\ufe0f=1", "\x00=1", "\ufffd=1",
		"'", "'a", "''", " '=1", "\u200b'\u200b=1", "\ta", "\ra", "\n", "=", "-", "\"=1\"", " \"\"-",
	} {
		if !needsApostrophe(text) {
			t.Errorf("%q does not", text)
		}
	}
	for _, text := range []string{"", "a", "1", "E1", "a=b", "é", " a", "\u200ba", "(1)", "a'b", " 'a", "\"a=1\"", ".5", "#REF!", "😀-"} {
		if needsApostrophe(text) {
			t.Errorf("%q does", text)
		}
	}
}

// TestNoCellIsAFormulaWhereSemicolonsAreUsual reads a report as a spreadsheet does that
// expects semicolons between cells.
func TestNoCellIsAFormulaWhereSemicolonsAreUsual(t *testing.T) {
	for _, s := range []string{"x;=1+1", "x; =1+1;y", "x;\"=1+1;y", "=1;-2;'+3", "a,\"b\";@SUM(1)", "x;\u200b=1;", ";=1"} {
		r := suspended("a", 2)
		r.Ref, r.Reason, r.Kept = "E1"+s, s, []string{s}
		path := filepath.Join(t.TempDir(), pathOf(CSV))
		if err := record(path, options(false, s), r); err != nil {
			t.Fatal(err)
		}
		cells := csv.NewReader(strings.NewReader(content(t, path)))
		cells.Comma, cells.LazyQuotes, cells.FieldsPerRecord = ';', true, -1
		records, err := cells.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range slices.Concat(records...) {
			if visible := strings.TrimLeftFunc(cell, func(r rune) bool { return r == '"' || isUnseen(r) }); visible != "" && strings.ContainsRune("=+-@", []rune(visible)[0]) {
				t.Errorf("%q: %q is a cell", s, cell)
			}
		}
		reader := newReader(t, content(t, path))
		if got := collect(t, reader.Lines()); got[0].Ref != r.Ref || got[0].Reason != s || got[0].Kept[0] != s || reader.Kept()[0] != s {
			t.Errorf("%q comes back as %+v, below %q", s, got[0], reader.Kept())
		}
	}
}

// checkText writes a text into every column of a report that has texts, and reads it back.
func checkText(t *testing.T, s string) {
	t.Helper()
	for _, f := range bothFormats {
		in := line{
			ref: text(s), endDate: text(s), outcome: text(s), source: text(s), requestID: text(s), reason: text(s),
			target: text(s), kept: []anyText{anyText(s), anyText(s)},
		}
		layout := ownLayout("One", "Two")
		var out line
		if f == CSV {
			encoded := string(layout.appendCSV(nil, &in))
			cells, err := csv.NewReader(strings.NewReader(encoded)).Read()
			if err != nil || layout.parseCSV(&out, cells) != nil {
				t.Fatalf("%q: %v", encoded, err)
			}
			for _, cell := range cells {
				if visible := strings.TrimLeftFunc(cell, isUnseen); visible != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(visible)[0]) || strings.HasPrefix(cell, "\t") {
					t.Errorf("%q stands in a cell", cell)
				}
			}
		} else {
			r := newReader(t, written(t, JSONL, suspended("a", 2))+string(layout.appendJSON(nil, &in)))
			for o, err := range r.json.Objects() {
				if err != nil || o.Fault != "" {
					t.Fatal(err, o.Fault)
				}
				if o.Line == 2 && layout.parseJSON(&out, o.Values) != nil {
					t.Fatalf("%q", o.Values)
				}
			}
		}
		for _, got := range []string{string(out.ref), string(out.endDate), string(out.outcome), string(out.source), string(out.requestID), string(out.reason), string(out.target), string(out.kept[0]), string(out.kept[1])} {
			if got != s {
				t.Errorf("%s: %q comes back as %q", f, s, got)
			}
		}
	}
}

func TestEveryTextComesBackAsItWas(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"'", "=", "+", "-", "@", "＝", " ", "\t", "\u200b", "\ufeff", "a", "1", ",", `"`, ";", "é", "\u2028", "😀", `\.`}
	for range 3000 {
		var b strings.Builder
		for range random.IntN(6) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		checkText(t, b.String())
	}
}

// FuzzTexts checks any text as TestEveryTextComesBackAsItWas checks random ones.
func FuzzTexts(f *testing.F) {
	for _, text := range []string{"", "'", "''=1", "=1", " -1", "\u200b@", "\ta", "a,b", `"`, "a;=1", "a;'b", ";;'"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\n") || len(text) > 1000 {
			t.Skip() // no text of a report is so
		}
		checkText(t, text)
	})
}

func TestNamesOfKeptColumnsComeBackAsTheyWere(t *testing.T) {
	names := []string{"=1+1", "'Name", "-", "Zoë, \"x\"", "@home"}
	for _, f := range bothFormats {
		path := filepath.Join(t.TempDir(), pathOf(f))
		r := suspended("a", 2)
		r.Kept = []string{"=1", "'", "-", "", " @"}
		if err := record(path, options(false, names...), r); err != nil {
			t.Fatal(err)
		}
		reader := newReader(t, content(t, path))
		if strings.Join(reader.Kept(), "|") != strings.Join(names, "|") {
			t.Errorf("%s: the names come back as %q", f, reader.Kept())
		}
		if got := collect(t, reader.Lines()); strings.Join(got[0].Kept, "|") != strings.Join(r.Kept, "|") {
			t.Errorf("%s: the texts come back as %q", f, got[0].Kept)
		}
		if f == CSV && !strings.Contains(content(t, path), "check,'=1+1,''Name,'-,\"Zoë, \"\"x\"\"\",'@home\n") {
			t.Errorf("the header is %s", content(t, path))
		}
	}
}
