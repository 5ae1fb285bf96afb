package report

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"
)

func TestWhatIsCutOffIsKeptBesideTheReport(t *testing.T) {
	for _, f := range bothFormats {
		whole := written(t, f, suspended("a", 2))
		for name, torn := range map[string]string{
			"half a line":                  written(t, f, suspended("a", 2), suspended("b", 3))[len(whole) : len(whole)+12],
			"NULs of a power cut":          strings.Repeat("\x00", 512),
			"garbage":                      "\x80\xff\x00\x01garbage",
			"half a character":             `{"ref":"M` + "\xc3",
			"half a character of a CSV":    "M\xc3",
			"a quote that is never closed": `"M`,
		} {
			t.Run(string(f)+": "+name, func(t *testing.T) {
				path := place(t, pathOf(f), whole+torn)
				for _, ref := range []string{"b", "c"} {
					if err := recordTo(path, true, suspended(ref, 3)); err != nil {
						t.Fatal(err)
					}
				}
				if got := refs(readBack(t, path)); got != "a b c" {
					t.Errorf("read back %s", got)
				}
				if got := content(t, path+".torn"); got != torn+"\n" {
					t.Errorf("kept %q, want %q", got, torn)
				}
				if info, err := os.Stat(path + ".torn"); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("mode %v, %v", info.Mode(), err)
				}
			})
		}
	}
}

func TestNothingIsKeptOfAReportThatIsWhole(t *testing.T) {
	for name, text := range map[string]string{
		"whole lines":         written(t, CSV, suspended("a", 2)),
		"no last line break":  strings.TrimSuffix(written(t, CSV, suspended("a", 2)), "\n"),
		"the blanks of a run": written(t, CSV, suspended("a", 2)) + strings.Repeat(" ", 4096),
	} {
		t.Run(name, func(t *testing.T) {
			path := place(t, "a.csv", text)
			if err := recordTo(path, true, suspended("b", 3)); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(path + ".torn"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("something was kept: %v", err)
			}
		})
	}
}

func TestAQuoteThatIsNeverClosedDoesNotFillMemory(t *testing.T) {
	text := written(t, CSV, suspended("a", 2)) + "\"b,,pending,in.csv,3,,,,,,\n" + strings.Repeat("c,,pending,in.csv,4,,,,,,\n", 100_000)
	path := place(t, "a.csv", text)
	r, err := Open(path, true, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n := 0
	for _, err = range r.Lines() {
		n++
	}
	if n != 2 || err == nil || !strings.Contains(err.Error(), "a.csv:3: the record is longer than 65536 bytes: a quote that opens on this line is never closed") {
		t.Errorf("%d lines, then %v", n, err)
	}
}

func TestAReportWithOtherSpellingsAndBlankRowsCanBeResumed(t *testing.T) {
	text := written(t, CSV, suspended("a", 2))
	text = strings.Replace(text, "ref,endDate,outcome", "Ref,End Date,OUTCOME", 1) + ",,,,,,,,,,\n"
	path := place(t, "a.csv", text)
	if err := recordTo(path, true, suspended("b", 3)); err != nil {
		t.Fatal(err)
	}
	if got := refs(readBack(t, path)); got != "a b" {
		t.Errorf("read back %s", got)
	}
}

// TestAMessageThatIsCutOffWithinACharacter is about a last line that lacks the end of
// its message only: it is kept, and the report stays UTF-8.
func TestAMessageThatIsCutOffWithinACharacter(t *testing.T) {
	last := suspended("b", 3)
	last.Reason = "désolé 😀"
	text := written(t, CSV, suspended("a", 2), last)
	for n := len(text) - len("désolé 😀\n"); n < len(text); n++ {
		path := place(t, "a.csv", text[:n])
		for _, ref := range []string{"c", "d"} {
			if err := recordTo(path, true, suspended(ref, 4)); err != nil {
				t.Fatalf("cut off after %q: %v", text[:n], err)
			}
		}
		got := readBack(t, path)
		if refs(got) != "a b c d" || !strings.HasPrefix(last.Reason, got[1].Reason) {
			t.Errorf("cut off after %q, it reads back as %+v", text[:n], got)
		}
	}
}

func TestALastLineWithoutALineBreakTellsTheEncoding(t *testing.T) {
	for name, text := range map[string]string{
		"our own columns":                  header + "Zo\xeb!,,suspended,in.csv,2,,,,,,",
		"the ref is last":                  "row,source,outcome,endDate,ref\n2,in.csv,failed,,Zo\xeb",
		"a message with a byte in between": header + "a,,suspended,in.csv,2,,,,,,d\xe9sol\xe9e",
	} {
		r := newReader(t, text)
		if r.Foreign() != "its encoding is windows-1252" || r.Torn() != 0 {
			t.Errorf("%s: %d bytes are torn, foreign because %q", name, r.Torn(), r.Foreign())
		}
		if got := collect(t, r.Lines()); len(got) != 1 || strings.HasPrefix(got[0].Ref, "Zo") && !strings.HasPrefix(got[0].Ref, "Zoë") {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}
