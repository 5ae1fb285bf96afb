package cli

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"offboard/internal/leaver"
	"offboard/internal/tenant"
)

// schemas are those of documents, by their names, such as "plan".
type schemas map[string]*jsonschema.Schema

// readSchemas reads all schemas. Call it before the working directory is another one.
func readSchemas(t *testing.T) schemas {
	t.Helper()
	files, err := filepath.Glob("../../docs/schemas/*.schema.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no schemas: %v", err)
	}
	all := schemas{}
	for _, file := range files {
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		s, err := c.Compile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".schema.json")] = s
	}
	return all
}

// hold checks that a text is one document, and that a schema describes it.
func (all schemas) hold(t *testing.T, name string, text []byte) {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := all[name].Validate(document); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

// TestSchemasNameEveryWord holds the words that the schemas list against those of the code.
func TestSchemasNameEveryWord(t *testing.T) {
	words := map[string][]string{}
	for _, o := range leaver.Outcomes() {
		words["outcome"] = append(words["outcome"], string(o))
	}
	for _, d := range leaver.DoubtKinds() {
		words["doubt"] = append(words["doubt"], d.String())
	}
	var classes []string
	for _, c := range tenant.AllClasses() {
		classes = append(classes, c.String())
	}
	files, err := filepath.Glob("../../docs/schemas/*.schema.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no schemas", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var s struct {
			Defs map[string]struct {
				Enum          []any
				PropertyNames struct{ Enum []any }
			} `json:"$defs"`
		}
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		for _, def := range slices.Sorted(maps.Keys(s.Defs)) {
			want, enum := words[def], s.Defs[def].Enum
			if def == "classes" {
				want, enum = classes, s.Defs[def].PropertyNames.Enum
			}
			if want == nil {
				continue
			}
			var got []string
			for _, word := range enum {
				got = append(got, word.(string))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s lists %s, want %s", filepath.Base(file), def, strings.Join(got, ", "), strings.Join(want, ", "))
			}
		}
	}
}
