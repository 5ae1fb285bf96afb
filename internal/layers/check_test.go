package layers

import (
	"go/parser"
	"go/token"
	"testing"
)

func TestTheCheckBites(t *testing.T) {
	tests := []struct{ name, folder, source string }{
		{"a folder that is not a room", "internal/util", `package x`},
		{"an import of a sibling", "internal/batch", `package x; import _ "offboard/internal/report"`},
		{"an import upwards", "internal/leaver", `package x; import _ "offboard/internal/plan"`},
		{"the client knows offboard", "pkg/thrive", `package x; import _ "offboard/internal/leaver"`},
		{"the client knows files", "pkg/thrive", `package x; import _ "os"`},
		{"the simulator knows offboard", "pkg/thrivetest", `package x; import _ "offboard/internal/leaver"`},
		{"the simulator shares code with the client", "pkg/thrivetest", `package x; import _ "offboard/pkg/thrive"`},
		{"the vocabulary does I/O", "internal/leaver", `package x; import _ "io"`},
		{"the vocabulary reads the clock", "internal/leaver", `package x; import "time"; var _ = time.Now`},
		{"dates know columns", "internal/dates", `package x; import _ "offboard/internal/table"`},
		{"table knows leavers", "internal/table", `package x; import _ "offboard/internal/leaver"`},
		{"xlsx knows leavers", "internal/xlsx", `package x; import _ "offboard/internal/leaver"`},
		{"input knows the API", "internal/input", `package x; import _ "offboard/pkg/thrive"`},
		{"input knows HTTP", "internal/input", `package x; import _ "net/http"`},
		{"plan knows files", "internal/plan", `package x; import _ "os"`},
		{"plan knows reports", "internal/plan", `package x; import _ "offboard/internal/report"`},
		{"the ledger knows reports", "internal/ledger", `package x; import _ "offboard/internal/report"`},
		{"memory knows leavers", "internal/compact", `package x; import _ "offboard/internal/leaver"`},
		{"pace knows leavers", "internal/pace", `package x; import _ "offboard/internal/leaver"`},
		{"pace knows HTTP", "internal/pace", `package x; import _ "net/http"`},
		{"batch knows files", "internal/batch", `package x; import _ "path/filepath"`},
		{"batch knows HTTP", "internal/batch", `package x; import _ "net/http"`},
		{"batch knows terminals", "internal/batch", `package x; import _ "golang.org/x/term"`},
		{"report knows HTTP", "internal/report", `package x; import _ "net/http"`},
		{"view knows how a report is written", "internal/view", `package x; import _ "offboard/internal/report"`},
		{"run knows the parser of flags", "internal/run", `package x; import _ "github.com/alecthomas/kong"`},
		{"run knows terminals", "internal/run", `package x; import _ "golang.org/x/term"`},
		{"cli knows the inside of a room", "internal/cli", `package x; import _ "offboard/internal/xlsx"`},
		{"main knows more than cli", "cmd/offboard", `package x; import _ "offboard/internal/run"`},
		{"a package that is not in the table", "internal/cli", `package x; import _ "example.com/x"`},
		{"a package of another room", "internal/report", `package x; import _ "github.com/gocarina/gocsv"`},
		{"another program", "internal/cli", `package x; import _ "os/exec"`},
		{"randomness that is not passed in", "internal/batch", `package x; import _ "math/rand/v2"`},
		{"a sleep", "internal/batch", `package x; import "time"; func f() { time.Sleep(1) }`},
		{"the end of the process", "internal/cli", `package x; import "os"; func f() { os.Exit(1) }`},
		{"the environment", "internal/cli", `package x; import "os"; var _ = os.Getenv("X")`},
		{"a stream that is not passed in", "internal/run", `package x; import "os"; var _ = os.Stderr`},
		{"a text for standard output", "internal/run", `package x; import "fmt"; func f() { fmt.Println("x") }`},
		{"a text for standard error", "internal/cli", `package x; func f() { println("x") }`},
		{"the logger of the standard library", "internal/run", `package x; import _ "log"`},
		{"a search in the text of an error", "internal/run", `package x; import "strings"; func f(err error) bool { return strings.Contains(err.Error(), "x") }`},
		{"a comparison of the text of an error", "internal/run", `package x; func f(err error) bool { return err.Error() == "x" }`},
		{"the name of a flag", "internal/plan", `package x; const s = "say --ref-pad 6"`},
		{"the name of a flag at the start", "internal/run", `package x; const s = "--rate"`},
		{"the name of a flag in parentheses", "internal/table", "package x; const s = `(--sheet)`"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if wrong := found(t, tt.folder, tt.source, false); len(wrong) != 1 {
				t.Errorf("got %q, want one fault", wrong)
			}
		})
	}
}

func TestTheCheckLeavesOrdinaryCodeAlone(t *testing.T) {
	tests := []struct{ name, folder, source string }{
		{"an import downwards", "internal/run", `package x; import _ "offboard/internal/plan"`},
		{"the standard library", "internal/plan", `package x; import _ "encoding/json"`},
		{"a package of the room", "internal/cli", `package x; import _ "golang.org/x/term"`},
		{"a duration", "internal/leaver", `package x; import "time"; const s = time.Second`},
		{"the clock, where it may be read", "internal/batch", `package x; import "time"; var _ = time.Now`},
		{"a file", "internal/table", `package x; import "os"; var _ = os.Open`},
		{"streams in main", "cmd/offboard", `package x; import "os"; var _ = os.Stdin`},
		{"a flag in a message of cli", "internal/cli", `package x; const s = "add --yes"`},
		{"a dash", "internal/plan", `package x; const s = "first -- second"`},
		{"a dash in a word", "internal/plan", `package x; const s = "well--known"`},
		{"a line of dashes", "internal/plan", `package x; const s = "----- begin"`},
		{"a flag of another program", "internal/plan", `package x; const s = "ls -l"`},
		{"a negative number", "internal/plan", `package x; const s = "--1"`},
		{"a flag in a comment", "internal/plan", "package x // --rate is a flag"},
		{"the text of an error in a message", "internal/run", `package x; import "fmt"; func f(err error) string { return fmt.Sprint(err.Error()) }`},
		{"a text for a writer", "internal/run", `package x; import ("fmt"; "io"); func f(w io.Writer) { fmt.Fprintln(w, "x") }`},
		{"a logger that is passed in", "internal/run", `package x; import _ "log/slog"`},
		{"a search in another text", "internal/run", `package x; import "strings"; func f(s string) bool { return strings.Contains(s, "x") }`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if wrong := found(t, tt.folder, tt.source, false); len(wrong) != 0 {
				t.Errorf("got %q, want no fault", wrong)
			}
		})
	}
	if wrong := found(t, "internal/plan", `package x; import _ "os"; const s = "--rate"`, true); len(wrong) != 0 {
		t.Errorf("in a test: got %q, want no fault", wrong)
	}
}

// found returns the faults in the source of a file.
func found(t *testing.T, folder, source string, test bool) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return check(folder, file, test)
}
