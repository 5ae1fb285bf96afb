// Package layers holds the rooms of this project apart: a wrong import, or a
// clock in a room that must not know the time, fails the build.
package layers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "offboard/"

// room is what a package may know.
type room struct {
	own    []string // packages of this module that it may import
	not    []string // packages of the standard library that it must not import
	noTime bool     // time.Now is somebody else's to know
	starts bool     // it may start other programs
	exits  bool     // it may end the process
	why    string
}

var rooms = map[string]room{
	"cmd/offboard":    {own: []string{"internal/cli"}, exits: true, why: "main wires signals to cli, and nothing else"},
	"internal/table":  {own: []string{"internal/leaver"}, not: []string{"net", "net/http", "flag"}, noTime: true, why: "table knows bytes and records, not what they mean"},
	"internal/cli":    {own: []string{"internal/table", "internal/input", "internal/dates", "internal/plan", "internal/batch", "internal/pace", "internal/report", "internal/leaver", "pkg/thrive", "pkg/thrivetest"}, why: "cli wires the rooms together"},
	"internal/input":  {own: []string{"internal/dates", "internal/leaver"}, not: []string{"net", "net/http", "flag"}, noTime: true, why: "input knows files, not the API"},
	"internal/xlsx":   {not: []string{"net", "net/http", "flag"}, noTime: true, why: "xlsx knows workbooks, not what a column means"},
	"internal/plan":   {own: []string{"internal/leaver"}, not: []string{"os", "io", "io/fs", "net", "net/http", "flag"}, noTime: true, why: "the plan is computed: no I/O, no clock"},
	"internal/pace":   {not: []string{"os", "io", "io/fs", "net", "net/http", "flag"}, why: "the pace knows answers, not what they are about"},
	"internal/batch":  {own: []string{"internal/leaver", "internal/pace"}, not: []string{"os", "io", "io/fs", "net", "net/http", "flag"}, why: "the engine sees no files, flags or HTTP"},
	"internal/report": {own: []string{"internal/table", "internal/leaver"}, not: []string{"net", "net/http", "flag"}, why: "the report is bytes on disk"},
	"internal/dates":  {own: []string{"internal/leaver"}, not: []string{"os", "io", "io/fs", "net", "net/http", "flag"}, noTime: true, why: "dates reads texts: no I/O, no clock"},
	"internal/leaver": {not: []string{"os", "io", "io/fs", "net", "net/http", "flag"}, noTime: true, why: "the vocabulary does nothing"},
	"internal/layers": {why: "it only reads source code"},
	"docs/measure":    {own: []string{"pkg/thrivetest"}, starts: true, exits: true, why: "it measures the program from outside"},
	"pkg/thrive":      {not: []string{"os", "flag"}, why: "others import the client: it knows nothing of offboard"},
	"pkg/thrivetest":  {own: []string{"pkg/thrive"}, not: []string{"os", "flag", "testing"}, why: "others import the simulator: it knows nothing of offboard"},
}

func TestEveryRoomKeepsToItself(t *testing.T) {
	root := "../.."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "samples" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".git")) {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		for _, wrong := range check(filepath.ToSlash(filepath.Dir(rel)), file, strings.HasSuffix(path, "_test.go")) {
			t.Errorf("%s %s", filepath.ToSlash(rel), wrong)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// check returns what a file does that its room does not allow. Tests may do
// more: they may import whatever they test with.
func check(folder string, file *ast.File, test bool) []string {
	r, known := rooms[folder]
	if !known {
		return []string{"stands in a folder that is no room; rooms are listed in internal/layers"}
	}
	var wrong []string
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value) // the parser has read it as a string
		own, isOwn := strings.CutPrefix(path, module)
		switch {
		case test:
		case isOwn && !slices.Contains(r.own, own):
			wrong = append(wrong, "imports "+own+": "+r.why)
		case path == "os/exec" && !r.starts:
			// A program that starts others hands them its environment, secrets
			// included.
			wrong = append(wrong, "imports os/exec: offboard starts no other program")
		case slices.Contains(r.not, path):
			wrong = append(wrong, "imports "+path+": "+r.why)
		}
	}
	if test {
		return wrong
	}
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := s.X.(*ast.Ident)
		switch {
		case !ok:
		case x.Name == "time" && s.Sel.Name == "Sleep":
			wrong = append(wrong, "calls time.Sleep: every wait can be cancelled")
		case x.Name == "time" && s.Sel.Name == "Now" && r.noTime:
			wrong = append(wrong, "calls time.Now: "+r.why)
		case x.Name == "os" && s.Sel.Name == "Exit" && !r.exits:
			wrong = append(wrong, "calls os.Exit: only main ends the process")
		}
		return true
	})
	return wrong
}

func TestTheCheckBites(t *testing.T) {
	tests := []struct{ name, folder, source string }{
		{"a sibling", "internal/batch", `package x; import _ "offboard/internal/report"`},
		{"upwards", "internal/leaver", `package x; import _ "offboard/internal/plan"`},
		{"the client knows offboard", "pkg/thrive", `package x; import _ "offboard/internal/leaver"`},
		{"files in the plan", "internal/plan", `package x; import _ "os"`},
		{"HTTP in the engine", "internal/batch", `package x; import _ "net/http"`},
		{"a clock in the vocabulary", "internal/leaver", `package x; import "time"; var _ = time.Now`},
		{"a sleep", "internal/batch", `package x; import "time"; func f() { time.Sleep(1) }`},
		{"an exit deep inside", "internal/cli", `package x; import "os"; func f() { os.Exit(1) }`},
		{"another program", "internal/cli", `package x; import _ "os/exec"`},
		{"a lumber room", "internal/util", `package x`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, err := parser.ParseFile(token.NewFileSet(), "x.go", tt.source, 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(check(tt.folder, file, false)) != 1 {
				t.Error("not noticed")
			}
		})
	}
}
