package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var updateMistakes = flag.Bool("update-mistakes", false, "write what the program says now to testdata/mistakes.txtar")

// wordsOfOthers are words of the system and of the parser, in place of which there are ours.
var wordsOfOthers = regexp.MustCompile(`no such file|is a directory|\b(open|stat|read|lstat) [^ ]+:|must be one of "|expected "`)

// TestTheMostLikelyMistakesAreAnswered makes each mistake of testdata/mistakes.txtar, in a
// folder with its files, and compares what is said. Each answer says what is wrong and where,
// and what to type; nothing is sent, and standard output has nothing that could be taken for
// a result.
func TestTheMostLikelyMistakesAreAnswered(t *testing.T) {
	const path = "testdata/mistakes.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	golden, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, f := range archive.Files {
		if err := os.WriteFile(f.Name, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	binary := bytes.Repeat([]byte{0, 1, 2, 0xfe, 0x80, '\n', 7}, 300)
	for name, text := range map[string][]byte{"binary.csv": binary, "empty.csv": nil, "emptysecret": nil, "list.pdf": []byte("%PDF-1.4\n\xb5\xb5")} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^\$ offboard ?(.*)\n`).FindAllStringSubmatch(string(archive.Comment), -1)
	if len(commands) < 100 {
		t.Errorf("there are %d mistakes", len(commands))
	}
	var said bytes.Buffer
	for _, command := range commands {
		code, stdout, stderr := invoke(t, nil, strings.Fields(command[1])...)
		fmt.Fprintf(&said, "$ offboard %s\n%s\n", command[1], strings.ReplaceAll(stderr, "\n\n", "\n \n"))
		wantPlainWords(t, command[1], stderr)
		switch words := wordsOfOthers.FindString(stderr); {
		case code != exitUsage || stdout != "":
			t.Errorf("offboard %s: exit code %d, and standard output has %q", command[1], code, stdout)
		case !strings.HasPrefix(stderr, "offboard: ") && !strings.Contains(stderr, "\noffboard: "):
			t.Errorf("offboard %s says nothing: %q", command[1], stderr)
		case words != "":
			t.Errorf("offboard %s says %q, which are not our words: %s", command[1], words, stderr)
		}
	}
	if *updateMistakes {
		archive.Comment = said.Bytes()
		if err := os.WriteFile(golden, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, got := strings.Split(string(archive.Comment), "$ offboard"), strings.Split(said.String(), "$ offboard")
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			t.Fatalf("got\n$ offboard%s\nwant\n$ offboard%s", got[min(i, len(got)-1)], want[min(i, len(want)-1)])
		}
	}
}
