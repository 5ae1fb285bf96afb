// Package layers keeps the packages of this project apart. Its tests fail if a
// package imports or uses what it must not know.
package layers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "offboard/"

// room says what a package may know.
type room struct {
	own     []string // packages of this module that it may import
	not     []string // packages of the standard library that it must not import
	noTime  bool     // it must not read the clock with time.Now
	process bool     // it may use arguments, environment and streams, and end the process
	flags   bool     // its texts may name flags
	why     string
}

var rooms = map[string]room{
	"cmd/offboard": {own: []string{"internal/cli"}, process: true, flags: true, why: "main connects signals and streams with cli"},
	"internal/cli": {own: []string{"internal/run", "internal/tenant", "internal/input", "internal/plan", "internal/batch", "internal/report", "internal/view", "internal/table", "internal/dates", "internal/leaver", "internal/metrics", "internal/delivery", "pkg/thrive", "pkg/thrivetest"},
		flags: true, why: "cli is what a person types and reads"},
	"internal/run": {own: []string{"internal/input", "internal/plan", "internal/batch", "internal/report", "internal/tenant", "internal/view", "internal/table", "internal/pace", "internal/ledger", "internal/compact", "internal/leaver", "pkg/thrive"},
		not: []string{"flag"}, noTime: true, why: "run knows the order of a run, but no flags and no terminal"},
	"internal/input": {own: []string{"internal/table", "internal/xlsx", "internal/dates", "internal/leaver"},
		not: noNetwork, noTime: true, flags: true, why: "input knows what an export means, but no API"},
	"internal/plan":     {own: []string{"internal/ledger", "internal/compact", "internal/leaver"}, not: noIO, noTime: true, why: "plan computes: it does no I/O and reads no clock"},
	"internal/tenant":   {own: []string{"internal/leaver", "pkg/thrive"}, not: noIO, noTime: true, why: "tenant knows what answers say about people, and sends nothing"},
	"internal/batch":    {own: []string{"internal/leaver", "internal/pace"}, not: noIO, why: "batch knows no files, no flags and no HTTP"},
	"internal/report":   {own: []string{"internal/table", "internal/leaver"}, not: noNetwork, why: "report knows files, but no HTTP"},
	"internal/view":     {own: []string{"internal/leaver"}, not: noNetwork, noTime: true, why: "view knows what lines say to people, but not how a report is written"},
	"internal/table":    {not: noNetwork, noTime: true, why: "table knows bytes and records, but not what they mean"},
	"internal/xlsx":     {not: noNetwork, noTime: true, why: "xlsx knows workbooks, but not what a column means"},
	"internal/dates":    {own: []string{"internal/leaver"}, not: noIO, noTime: true, why: "dates reads texts: it does no I/O and reads no clock"},
	"internal/pace":     {not: noIO, why: "pace knows when requests may start, but not what they are"},
	"internal/ledger":   {own: []string{"internal/compact", "internal/leaver"}, not: noIO, noTime: true, why: "ledger knows what lines say together, and not how they are written"},
	"internal/compact":  {not: noIO, noTime: true, why: "compact only keeps things in memory"},
	"internal/leaver":   {not: noIO, noTime: true, why: "leaver is the vocabulary: it does no I/O and reads no clock"},
	"internal/metrics":  {own: []string{"internal/leaver"}, not: noFiles, noTime: true, why: "metrics knows what a run says to Prometheus, and counts nothing itself"},
	"internal/delivery": {not: noFiles, why: "delivery knows addresses and attempts, but not what it delivers"},
	"internal/layers":   {why: "layers only reads source code"},
	"docs/measure":      {own: []string{"pkg/thrivetest", "internal/report"}, process: true, flags: true, why: "measure runs the program as a user does, over reports that have their checks"},
	"pkg/thrive":        {not: noFiles, why: "thrive is a client for other programs, too: it knows nothing of offboard"},
	"pkg/thrivetest":    {not: slices.Concat(noFiles, []string{"testing"}), why: "thrivetest is a simulator for other programs, too, and shares no code with the client"},
}

// These are packages of the standard library that some rooms must not import.
var (
	noNetwork = []string{"net", "net/http", "flag"}
	noFiles   = []string{"os", "io/fs", "path/filepath", "flag"}
	noIO      = slices.Concat(noNetwork, noFiles, []string{"io"})
)

// owners maps a package to the rooms that may import it. A package of another
// module must be listed.
var owners = map[string][]string{
	"log":          {"cmd/offboard", "internal/cli"}, // its logger writes past the program's own writer, so these switch it off
	"math/rand":    nil,
	"math/rand/v2": {"internal/cli", "pkg/thrivetest"}, // other rooms are given a source of randomness
	"os/exec":      {"docs/measure"},                   // another program would inherit the secrets in the environment

	"github.com/HdrHistogram/hdrhistogram-go":             {"internal/view"},
	"github.com/alecthomas/kong":                          {"internal/cli"},
	"github.com/gocarina/gocsv":                           {"internal/input"},
	"github.com/go-json-experiment/json/jsontext":         {"internal/table"},
	"github.com/gofrs/flock":                              {"internal/report"},
	"github.com/prometheus/client_golang/prometheus":      {"internal/metrics"},
	"github.com/prometheus/client_golang/prometheus/push": {"internal/metrics"},
	"github.com/prometheus/client_model/go":               {"internal/metrics"},
	"github.com/prometheus/common/expfmt":                 {"internal/metrics"},
	"github.com/prometheus/common/model":                  {"internal/metrics"},
	"github.com/schollz/progressbar/v3":                   {"internal/cli"},
	"github.com/xuri/excelize/v2":                         {"docs/measure", "internal/view"},
	"go.yaml.in/yaml/v3":                                  {"internal/cli"},
	"golang.org/x/sync/errgroup":                          {"internal/batch"},
	"golang.org/x/sync/singleflight":                      {"pkg/thrive"},
	"golang.org/x/sys/unix":                               {"internal/cli"},
	"golang.org/x/term":                                   {"internal/cli"},
	"golang.org/x/text/encoding":                          {"internal/table"},
	"golang.org/x/text/encoding/charmap":                  {"internal/table", "internal/xlsx"},
	"golang.org/x/text/encoding/unicode":                  {"internal/table", "internal/xlsx"},
	"golang.org/x/text/cases":                             {"internal/tenant"},
	"golang.org/x/text/unicode/norm":                      {"internal/input", "internal/leaver", "internal/tenant"},
	"golang.org/x/time/rate":                              {"internal/pace", "pkg/thrive", "pkg/thrivetest"},
}

func TestEveryRoomKnowsOnlyWhatItMay(t *testing.T) {
	const root = "../.."
	seen := map[string]bool{}
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
		folder := filepath.ToSlash(filepath.Dir(rel))
		seen[folder] = true
		for _, wrong := range check(folder, file, strings.HasSuffix(path, "_test.go")) {
			t.Errorf("%s %s", filepath.ToSlash(rel), wrong)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder := range rooms {
		if !seen[folder] {
			t.Errorf("the room %s does not exist", folder)
		}
	}
}

// check returns what a file does that its room does not allow. The files of tests may
// do everything.
func check(folder string, file *ast.File, test bool) []string {
	r, known := rooms[folder]
	switch {
	case !known:
		return []string{"is in a folder that is not a room; add it to the table in internal/layers"}
	case test:
		return nil
	}
	return append(checkImports(folder, r, file), checkUse(r, file)...)
}

func checkImports(folder string, r room, file *ast.File) []string {
	var wrong []string
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value) // the parser has accepted it
		own, isOwn := strings.CutPrefix(path, module)
		host, _, _ := strings.Cut(path, "/")
		users, owned := owners[path]
		switch {
		case isOwn && !slices.Contains(r.own, own):
			wrong = append(wrong, "imports "+own+": "+r.why)
		case slices.Contains(r.not, path):
			wrong = append(wrong, "imports "+path+": "+r.why)
		case owned && !slices.Contains(users, folder):
			wrong = append(wrong, "imports "+path+": only other rooms may do so")
		case !isOwn && !owned && strings.Contains(host, "."):
			wrong = append(wrong, "imports "+path+": it is not in the table of packages in internal/layers")
		}
	}
	return wrong
}

// namesFlag finds the name of a flag in a literal.
var namesFlag = regexp.MustCompile(`(^|[^-\w])--[a-z]`)

func checkUse(r room, file *ast.File) []string {
	var wrong []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind == token.STRING && !r.flags && namesFlag.MatchString(n.Value) {
				wrong = append(wrong, "names a flag in "+n.Value+": cli adds what to type")
			}
		case *ast.SelectorExpr:
			if w := checkName(r, n); w != "" {
				wrong = append(wrong, w)
			}
		case *ast.CallExpr:
			if isName(n.Fun, "print") || isName(n.Fun, "println") {
				wrong = append(wrong, "prints to standard error: what is written goes to a writer that is passed in")
			}
			if name, ok := n.Fun.(*ast.SelectorExpr); ok && isName(name.X, "strings") && slices.ContainsFunc(n.Args, isErrorText) {
				wrong = append(wrong, "searches the text of an error: use errors.Is or errors.As")
			}
		case *ast.BinaryExpr:
			if (n.Op == token.EQL || n.Op == token.NEQ) && (isErrorText(n.X) || isErrorText(n.Y)) {
				wrong = append(wrong, "compares the text of an error: use errors.Is or errors.As")
			}
		}
		return true
	})
	return wrong
}

// checkName checks the use of a name of another package, such as time.Now.
func checkName(r room, s *ast.SelectorExpr) string {
	ofProcess := []string{"Exit", "Args", "Getenv", "LookupEnv", "Environ", "Stdin", "Stdout", "Stderr"}
	switch {
	case isName(s.X, "time") && s.Sel.Name == "Sleep":
		return "calls time.Sleep: it must be possible to cancel every wait"
	case isName(s.X, "time") && s.Sel.Name == "Now" && r.noTime:
		return "calls time.Now: " + r.why
	case isName(s.X, "fmt") && slices.Contains([]string{"Print", "Printf", "Println"}, s.Sel.Name) && !r.process:
		return "calls fmt." + s.Sel.Name + ": what is written goes to a writer that is passed in"
	case isName(s.X, "os") && slices.Contains(ofProcess, s.Sel.Name) && !r.process:
		return "uses os." + s.Sel.Name + ": main passes it in, or ends the process"
	}
	return ""
}

func isName(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

// isErrorText tells whether an expression is a call such as err.Error().
func isErrorText(x ast.Expr) bool {
	call, ok := x.(*ast.CallExpr)
	if !ok || len(call.Args) > 0 {
		return false
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	return ok && method.Sel.Name == "Error"
}
