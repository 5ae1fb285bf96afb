package report

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offboard/internal/leaver"
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
	r, err := Open(path, options(true))
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
	text = strings.Replace(text, "ref,endDate,outcome", "Ref,End Date,OUTCOME", 1) + ",,,,,,,,,,,,\n"
	path := place(t, "a.csv", text)
	if err := recordTo(path, true, suspended("b", 3)); err != nil {
		t.Fatal(err)
	}
	if got := refs(readBack(t, path)); got != "a b" {
		t.Errorf("read back %s", got)
	}
}

// TestAKeptTextThatIsCutOffWithinACharacter is about a last line that lacks the end of
// its last kept text only: it is kept, and the report stays UTF-8.
func TestAKeptTextThatIsCutOffWithinACharacter(t *testing.T) {
	last := suspended("b", 3)
	last.Kept = []string{"Zoë", "désolé 😀"}
	path := filepath.Join(t.TempDir(), "a.csv")
	if err := record(path, options(false, "Name", "Note"), suspended("a", 2), last); err != nil {
		t.Fatal(err)
	}
	text := content(t, path)
	for n := len(text) - len("désolé 😀\n"); n < len(text); n++ {
		path := place(t, "a.csv", text[:n])
		for _, ref := range []string{"c", "d"} {
			if err := record(path, options(true, "Name", "Note"), suspended(ref, 4)); err != nil {
				t.Fatalf("cut off after %q: %v", text[:n], err)
			}
		}
		got := readBack(t, path)
		if refs(got) != "a b c d" || got[1].Kept[0] != "Zoë" || !strings.HasPrefix("désolé 😀", got[1].Kept[1]) {
			t.Errorf("cut off after %q, it reads back as %+v", text[:n], got)
		}
	}
}

// TestALineThatLacksAPartOfItsCheckIsTorn is about a line that was not written to its
// end; one that somebody has added by hand has no target.
func TestALineThatLacksAPartOfItsCheckIsTorn(t *testing.T) {
	whole := written(t, CSV, suspended("a", 2))
	text := strings.TrimSpace(written(t, CSV, suspended("a", 2), suspended("b", 3)))
	for n := 1; n <= 6; n++ {
		r := newReader(t, text[:len(text)-n])
		if int(r.Torn()) != len(text)-n-len(whole) || refs(collect(t, r.Lines())) != "a" {
			t.Errorf("without %d letters of the check, %d bytes are torn", n, r.Torn())
		}
	}
	for name, text := range map[string]string{
		"a whole line":           text,
		"another check":          text[:len(text)-6] + "x",
		"no target and no check": whole + "b,2024-06-30,,,,,,,,,,,",
	} {
		r := newReader(t, text)
		if r.Torn() != 0 || refs(collect(t, r.Lines())) != "a b" {
			t.Errorf("%s: %d bytes are torn", name, r.Torn())
		}
	}
}

func TestALastLineWithoutALineBreakTellsTheEncoding(t *testing.T) {
	zoe := Check(target, "Zoë!", "")
	for name, text := range map[string]string{
		"our own columns":                    header + "Zo\xeb!,,suspended,in.csv,2,,,,,,," + target + "," + zoe,
		"a kept text":                        strings.TrimSpace(header) + ",Name\na,,suspended,in.csv,2,,,,,,," + target + "," + Check(target, "a", "") + ",Zo\xeb!",
		"a kept text with a byte in between": strings.TrimSpace(header) + ",Name\na,,suspended,in.csv,2,,,,,,," + target + "," + Check(target, "a", "") + ",d\xe9sol\xe9e",
	} {
		r := newReader(t, text)
		if r.Foreign() != "its encoding is windows-1252" || r.Torn() != 0 {
			t.Errorf("%s: %d bytes are torn, foreign because %q", name, r.Torn(), r.Foreign())
		}
		if got := collect(t, r.Lines()); len(got) != 1 || got[0].Outcome != leaver.Suspended || got[0].Ref != "a" && got[0].Ref != "Zoë!" {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}
