package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"offboard/internal/run"
)

// configuration has the values of flags in the environment and in the file of
// --config. It is a kong.Resolver.
type configuration struct {
	intake context.Context // ends the reading of a pipe

	env  func(string) (string, bool)
	file map[string]configured // by flag; nil until the file is read
	// folder is that of the file: names of files in it are found from there. "": from the
	// working directory.
	folder string
	names  *brokenNames

	approved *run.PlanFile // of --plan; nil: none
}

// configured is the value of a flag as text, and the place where it was found.
type configured struct{ text, origin string }

// Validate does nothing. The file is read when the first flag is looked up, because
// the value of --config is not known before.
func (c *configuration) Validate(*kong.Application) error { return nil }

// Resolve returns the value of a flag that is not on the command line.
func (c *configuration) Resolve(parsed *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !configurable(flag) {
		return nil, nil
	}
	if c.file == nil {
		if err := c.read(parsed); err != nil {
			return nil, err
		}
		if err := c.readPlan(parsed); err != nil {
			return nil, err
		}
	}
	value, ok := c.lookup(flag.Name)
	if !ok {
		value, ok = c.planned(flag)
	}
	if !ok {
		return nil, nil
	}
	// This decodes the value into another variable first, because the parser's own
	// error would not name the origin.
	scan := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: value.text})
	target := reflect.New(flag.Target.Type()).Elem()
	if err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, target); err != nil {
		return nil, fmt.Errorf("%s: %w", value.origin, err)
	}
	return value.text, nil
}

// lookup returns the value of a flag in the environment, or else in the file.
func (c *configuration) lookup(flag string) (configured, bool) {
	if text, set := c.env(variable(flag)); set {
		return configured{text, "$" + variable(flag)}, true
	}
	value, ok := c.file[flag]
	return value, ok
}

// refuseEmpty refuses an empty value of a flag of the input. Otherwise a variable
// that is empty by mistake would remove a list or a condition, and more people
// would be suspended.
func (c *configuration) refuseEmpty(parsed *kong.Context) error {
	for _, flag := range parsed.Flags() {
		// The zero value of a number, a duration or a boolean is not an empty one.
		kind := flag.Target.Kind()
		_, isDuration := flag.Target.Interface().(time.Duration)
		empty := flag.Target.IsZero() || flag.IsSlice() && flag.Target.Len() == 0
		if !inGroup(flag, "input") || !empty || kind == reflect.Bool || kind == reflect.Int || isDuration {
			continue
		}
		const remedy = "is empty; give it a value or remove it"
		value, ok := c.lookup(flag.Name)
		switch {
		case given(parsed, flag):
			return usagef("--%s %s", flag.Name, remedy)
		case ok && strings.HasPrefix(value.origin, "$"):
			return usagef("%s %s", value.origin, remedy)
		case ok:
			return usagef("%s: %s %s", value.origin, flag.Name, remedy)
		}
	}
	return nil
}

// configFileError says that the file of --config cannot be used.
type configFileError struct{ error }

func (e configFileError) Unwrap() error { return e.error }

// read reads the file of --config, if there is one.
func (c *configuration) read(parsed *kong.Context) error {
	c.file = map[string]configured{}
	path, _ := c.env(variable("config"))
	for _, p := range parsed.Path {
		if p.Flag != nil && p.Flag.Name == "config" {
			path, _ = parsed.FlagValue(p.Flag).(string)
		}
	}
	if path == "" {
		return nil
	}
	text, err := run.Await(c.intake, func() ([]byte, error) { return os.ReadFile(path) })
	if err != nil {
		return configFileError{fmt.Errorf("--config: %w", err)}
	}
	// A pipe, such as that of --config <(…), has no folder that anybody has chosen.
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		c.folder = filepath.Dir(path)
	}
	if err := c.parse(path, text, flagsOf(parsed.Model)); err != nil {
		return configFileError{fmt.Errorf("--config: %w", err)}
	}
	return nil
}

// flagsOf returns the flags of all commands, so that one file can serve all of them.
func flagsOf(model *kong.Application) []*kong.Flag {
	var flags []*kong.Flag
	_ = kong.Visit(model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok && configurable(flag) && flag.Name != "config" && find(flags, flag.Name) == nil {
			flags = append(flags, flag)
		}
		return next(nil)
	})
	return flags
}

// find returns the flag with a name; nil if there is none.
func find(flags []*kong.Flag, name string) *kong.Flag {
	i := slices.IndexFunc(flags, func(f *kong.Flag) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return flags[i]
}

// anchorInError matches the one error of the parser that quotes the file. A secret that
// begins with "*" would be in it.
var anchorInError = regexp.MustCompile("unknown anchor '.*' referenced")

// parse reads the file. A key is the name of a flag without its dashes. A value is a
// scalar, or a list if the flag can be repeated.
func (c *configuration) parse(path string, text []byte, flags []*kong.Flag) error {
	root, err := onlyDocument(text)
	if err != nil || root == nil {
		return at(path, err)
	}
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("%s:%d: this is not a list of flags and values, such as \"rate: 20\"", path, root.Line)
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		origin := fmt.Sprintf("%s:%d", path, key.Line)
		flag := find(flags, key.Value)
		if flag == nil {
			return fmt.Errorf("%s: there is no flag %q; %s", origin, key.Value, meant(key.Value, flags))
		}
		text, ok := textOf(value, flag)
		switch {
		case value.Kind == yaml.AliasNode:
			return fmt.Errorf("%s: %s is an alias (*%s); write the value itself", origin, key.Value, value.Value)
		case !ok:
			return fmt.Errorf("%s: %s needs one value", origin, key.Value)
		}
		if earlier, ok := c.file[key.Value]; ok {
			return fmt.Errorf("%s: %s is set in %s already", origin, key.Value, earlier.origin)
		}
		// A secret in the place of its file's name must not pass for one in this folder.
		if isFile(flag) && (!slices.Contains(secretFlags, flag.Name) || looksLikePath(text) || isThere(c.found(text))) {
			text = c.found(text)
		}
		c.file[key.Value] = configured{text, origin}
		c.names.add(text)
	}
	return nil
}

// at puts the path in front of an error; nil stays nil.
func at(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", path, err)
}

// onlyDocument returns the root of the one document of a file; nil if the file is empty.
func onlyDocument(text []byte) (*yaml.Node, error) {
	var document, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, notYAML(err)
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, fmt.Errorf("a second document begins in line %d (---), and would not be read; write one document", second.Line)
	case !errors.Is(err, io.EOF):
		return nil, notYAML(err)
	case len(document.Content) == 0:
		return nil, nil
	}
	return document.Content[0], nil
}

func notYAML(err error) error {
	if anchorInError.MatchString(err.Error()) {
		return errors.New("a value that begins with * must be in quotes")
	}
	return fmt.Errorf("this is not YAML, with lines such as \"rate: 20\": %w", err)
}

// meant says which flag a key is a slip of, or else which flags there are.
func meant(key string, flags []*kong.Flag) string {
	var names []string
	for _, f := range flags {
		names = append(names, f.Name)
	}
	if near := nearest(key, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	slices.Sort(names)
	return "the flags are " + strings.Join(names, ", ")
}

// isFile tells whether the value of a flag is the name of a file, as its help says.
func isFile(flag *kong.Flag) bool { return flag.PlaceHolder == "FILE" }

// found returns the name of a file that stands in the configuration as the name by which
// the working directory has it. It does not simplify the name: the folder may be a
// symbolic link, and then "folder/.." is another place than the folder's name suggests.
func (c *configuration) found(name string) string {
	if name == "" || c.folder == "" || c.folder == "." || filepath.IsAbs(name) {
		return name
	}
	return strings.TrimSuffix(c.folder, "/") + "/" + name
}

// textOf returns a value as on the command line. It returns false for a value that
// the flag cannot have.
func textOf(value *yaml.Node, flag *kong.Flag) (text string, ok bool) {
	scalar := func(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag != "!!null" }
	names, isNames := flag.Target.Interface().(columnNames)
	if value.Kind != yaml.SequenceNode || !flag.IsSlice() && !isNames {
		return value.Value, scalar(value)
	}
	texts := make([]string, len(value.Content))
	for i, n := range value.Content {
		if !scalar(n) {
			return "", false
		}
		texts[i] = n.Value
	}
	if isNames {
		return names.join(texts), len(texts) > 0 // each is one name, whatever is in it
	}
	return kong.JoinEscaped(texts, flag.Tag.Sep), len(texts) > 0
}

// isThere tells whether there is a file, or anything else, at a path.
func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
