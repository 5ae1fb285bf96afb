package cli

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// schemaKeys holds the keys of a schema against those of documents that it describes: a
// schema is closed and describes every key, and each key is in at least one of the documents.
// (That no document has another one, schemas.hold tells.)
type schemaKeys struct {
	root map[string]any
	lax  []string        // places of the schema that say too little
	seen map[string]bool // the keys, by their places; true: a document has it
}

// readSchemaKeys reads the schema of a command.
func readSchemaKeys(t *testing.T, command string) *schemaKeys {
	t.Helper()
	text, err := os.ReadFile("../../docs/schemas/" + command + ".schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schemaKeysOf(t, text)
}

func schemaKeysOf(t *testing.T, text []byte) *schemaKeys {
	t.Helper()
	s := &schemaKeys{seen: map[string]bool{}}
	if err := json.Unmarshal(text, &s.root); err != nil {
		t.Fatal(err)
	}
	s.survey("", s.root)
	return s
}

// inner calls f for each schema within a schema, with its place. Those behind a $ref are
// elsewhere.
func inner(place string, schema map[string]any, f func(place string, schema map[string]any)) {
	each := func(place string, value any) {
		if schema, ok := value.(map[string]any); ok {
			f(place, schema)
		}
	}
	for keyword, prefix := range map[string]string{"properties": "/", "$defs": "#"} {
		named, _ := schema[keyword].(map[string]any)
		for name, value := range named {
			each(place+prefix+name, value)
		}
	}
	anyOf, _ := schema["anyOf"].([]any)
	for _, value := range anyOf {
		each(place, value)
	}
	each(place+"[]", schema["items"])
	each(place+"/*", schema["additionalProperties"])
}

// survey notes the keys of a schema, and what it does not say.
func (s *schemaKeys) survey(place string, schema map[string]any) {
	properties, isObject := schema["properties"].(map[string]any)
	if more := schema["additionalProperties"]; (more == nil || more == true) && (isObject || schema["type"] == "object") {
		s.lax = append(s.lax, place+" allows any key")
	}
	for name, value := range properties {
		s.seen[place+"/"+name] = false
		property, _ := value.(map[string]any)
		if property["description"] == nil && property["const"] == nil {
			s.lax = append(s.lax, place+"/"+name+" has no description")
		}
	}
	inner(place, schema, s.survey)
}

// see notes the keys of a document.
func (s *schemaKeys) see(t *testing.T, text []byte) {
	t.Helper()
	var document any
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	s.seeAt("", s.root, document)
}

func (s *schemaKeys) seeAt(place string, schema map[string]any, value any) {
	if name, ok := schema["$ref"].(string); ok {
		name = strings.TrimPrefix(name, "#/$defs/")
		definitions, _ := s.root["$defs"].(map[string]any)
		definition, _ := definitions[name].(map[string]any)
		s.seeAt("#"+name, definition, value)
	}
	inner(place, schema, func(at string, schema map[string]any) {
		key := strings.TrimPrefix(at, place)
		switch value := value.(type) {
		case []any:
			if key == "[]" {
				for _, element := range value {
					s.seeAt(at, schema, element)
				}
			}
		case map[string]any:
			switch field, has := value[strings.TrimPrefix(key, "/")]; {
			case key == "":
				s.seeAt(at, schema, value)
			case key == "/*":
				for _, field := range value {
					s.seeAt(at, schema, field)
				}
			case has && strings.HasPrefix(key, "/"):
				s.seen[at] = true
				s.seeAt(at, schema, field)
			}
		}
	})
}

// faults returns what the schema does not say, and the keys that no document has.
func (s *schemaKeys) faults() []string {
	faults := slices.Sorted(slices.Values(s.lax))
	for _, place := range slices.Sorted(maps.Keys(s.seen)) {
		if !s.seen[place] {
			faults = append(faults, "no document has "+place)
		}
	}
	return faults
}

func TestKeysOfASchemaAreHeldToItsDocuments(t *testing.T) {
	const schema = `{"type": "object", "additionalProperties": false, "properties": {
		"kind": {"const": "x"}, "rows": {"description": "x", "type": "integer"},
		"all": {"description": "x", "type": "array", "items": {"$ref": "#/$defs/one"}},
		"last": {"description": "x", "anyOf": [{"$ref": "#/$defs/one"}, {"type": "null"}]},
		"by": {"description": "x", "type": "object", "additionalProperties": {"$ref": "#/$defs/two"}}},
		"$defs": {"one": {"type": "object", "additionalProperties": false, "properties": {"ref": {"description": "x"}}},
		"two": {"type": "object", "additionalProperties": false, "properties": {"n": {"description": "x"}}}}}`
	const whole = `{"kind": "x", "rows": 1, "all": [{"ref": "E1"}], "last": null, "by": {"a": {}, "b": {"n": 1}}}`
	for _, tt := range []struct{ name, old, new, document, want string }{
		{"all is well", "", "", whole, ""},
		{"a key that no document has", "", "", strings.Replace(whole, `"rows": 1, `, "", 1), "no document has /rows"},
		{"a key of an element", "", "", strings.Replace(whole, `{"ref": "E1"}`, "{}", 1), "no document has #one/ref"},
		{"a key of one of several", "", "", strings.NewReplacer(`{"ref": "E1"}`, "", "null", `{"ref": "E1"}`).Replace(whole), ""},
		{"a key of a value", "", "", strings.Replace(whole, `"n": 1`, "", 1), "no document has #two/n"},
		{"a schema that allows any key", `"additionalProperties": false, "properties": {"n"`, `"properties": {"n"`, whole, "#two allows any key"},
		{"a schema that says so", `"additionalProperties": false, "properties": {"n"`, `"additionalProperties": true, "properties": {"n"`, whole, "#two allows any key"},
		{"a key without a description", `{"description": "x", "type": "integer"}`, "{}", whole, "/rows has no description"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := schemaKeysOf(t, []byte(strings.Replace(schema, tt.old, tt.new, 1)))
			s.see(t, []byte(tt.document))
			if got := strings.Join(s.faults(), ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
