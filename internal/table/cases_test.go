package table

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestCases reads the cases of testdata. A case is two sections: one that is named
// after the case and holds the text, and one with what is read from it, a record or
// an object on each line:
//
//	records    2 a|b          a record on line 2 with two fields
//	           2-4 a|b⏎c      one on lines 2 to 4; ⏎ is a line break in a field
//	           2 ! fault      one that cannot be used, and a part of the reason
//	           error 2: text  a part of the error at line 2 that ends the reading
//	objects    2 key=value    an object on line 2; an element of an array has a number
//	           2 ! fault      one that cannot be used, and a part of the reason
//	           error 2: text  a part of the error at line 2 that ends the reading
//	outline    lines          what the text is: lines, array, objects, or document
//	           member a.c     the path of a member of the document
//	           list a.b       and that of a list, of which the first objects follow
//	           1 key=value
func TestCases(t *testing.T) {
	for _, path := range []string{"testdata/csv.txtar", "testdata/json.txtar", "testdata/outline.txtar"} {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(archive.Files); i += 2 {
			text, want := archive.Files[i], archive.Files[i+1]
			t.Run(text.Name, func(t *testing.T) {
				var lines []string
				if data := strings.TrimSpace(string(want.Data)); data != "" {
					lines = strings.Split(data, "\n")
				}
				compareLines(t, read(t, want.Name, string(text.Data)), lines)
			})
		}
	}
}

// read writes the records or the objects of a text as cases do.
func read(t *testing.T, section, text string) (lines []string) {
	t.Helper()
	switch section {
	case "records":
		return readCSV(CSV{Text: textOf(text), Comma: ','})
	case "objects":
		return readJSON(JSON{Text: textOf(text), Array: strings.HasPrefix(text, "[")})
	case "outline":
		return readOutline(textOf(text))
	}
	t.Fatalf("no section %q", section)
	return nil
}

func readCSV(c CSV) (lines []string) {
	for r, err := range c.Records() {
		lines = append(lines, writeRecord(r, err))
	}
	return lines
}

func readJSON(j JSON) (lines []string) {
	for o, err := range j.Objects() {
		lines = append(lines, writeObject(o, err))
	}
	return lines
}

// readOutline writes an outline. Below a list stand its objects, else all objects.
func readOutline(text *Text) (lines []string) {
	o, err := text.Outline()
	if err != nil {
		return []string{writeRecord(nil, err)}
	}
	kind := "lines"
	switch {
	case o.Document:
		kind = "document"
	case o.JSON.Array:
		kind = "array"
	case o.JSON.Spread:
		kind = "objects"
	}
	lines = append(lines, kind)
	for _, path := range o.Members {
		lines = append(lines, "member "+strings.Join(path, "."))
	}
	for _, path := range o.Empty {
		lines = append(lines, "empty "+strings.Join(path, "."))
	}
	for _, l := range o.Lists {
		lines = append(lines, "list "+strings.Join(l.Path, "."))
		lines = append(lines, readJSON(o.In(l))...)
	}
	if len(o.Lists) == 0 {
		lines = append(lines, readJSON(o.JSON)...)
	}
	return lines
}

// writeRecord writes a record, or the error that ends the reading, as cases do.
func writeRecord(r *Record, err error) string {
	if err != nil {
		if at, ok := err.(*LineError); ok {
			return fmt.Sprintf("error %d: %v", at.Line, err)
		}
		return "error: " + err.Error()
	}
	place := fmt.Sprint(r.Line)
	if r.Lines > 1 {
		place += fmt.Sprintf("-%d", r.Line+r.Lines-1)
	}
	if r.Fault != "" {
		return place + " ! " + r.Fault
	}
	return place + " " + strings.ReplaceAll(strings.Join(r.Fields, "|"), "\n", "⏎")
}

// writeObject writes an object, or the error that ends the reading, as cases do.
func writeObject(o *Object, err error) string {
	switch {
	case err != nil:
		return writeRecord(nil, err)
	case o.Fault != "":
		return fmt.Sprintf("%d ! %s", o.Line, o.Fault)
	}
	text := fmt.Sprint(o.Line)
	for i, key := range o.Keys {
		text += fmt.Sprintf(" %s=%s", key, o.Values[i])
	}
	return text
}

// compareLines compares what was read with the lines of a case. Of a fault or an
// error the case has a part, of a long text ("…") the beginning.
func compareLines(t *testing.T, got, want []string) {
	t.Helper()
	same := len(got) == len(want)
	for i := 0; same && i < len(want); i++ {
		place, part, isFault := strings.Cut(want[i], " ! ")
		if !isFault {
			place, part, isFault = strings.Cut(want[i], ": ")
			isFault = isFault && strings.HasPrefix(want[i], "error")
		}
		beginning, isLong := strings.CutSuffix(want[i], "…")
		switch {
		case isFault:
			same = strings.HasPrefix(got[i], place) && strings.Contains(got[i], part)
		case isLong:
			same = strings.HasPrefix(got[i], beginning)
		default:
			same = got[i] == want[i]
		}
	}
	if !same {
		t.Errorf("got\n\t%.300q\nwant\n\t%.300q", got, want)
	}
}
