package cli

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// settings gives the parser the flags that stand in the environment or in the
// file of --config.
type settings struct {
	env  func(string) (string, bool)
	file map[string]setting // by flag; nil until read
}

// setting is the text of a flag, and where it stands.
type setting struct{ text, origin string }

// Validate has nothing to do: the file is read when the first flag is looked
// up, because only then it is known which one.
func (s *settings) Validate(*kong.Application) error { return nil }

// Resolve looks up one flag: environment before file.
func (s *settings) Resolve(parsed *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if flag.Name == "help" {
		return nil, nil
	}
	if s.file == nil {
		if err := s.read(parsed); err != nil {
			return nil, err
		}
	}
	found, ok := s.lookup(flag.Name)
	if !ok {
		return nil, nil
	}
	// Tried on the side first: the parser's own error would not say where the
	// value stands.
	scan := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: found.text})
	target := reflect.New(flag.Target.Type()).Elem()
	if err := flag.Mapper.Decode(&kong.DecodeContext{Value: flag.Value, Scan: scan}, target); err != nil {
		return nil, fmt.Errorf("%s: %w", found.origin, err)
	}
	return found.text, nil
}

// lookup returns what the environment or the file says of a flag.
func (s *settings) lookup(flag string) (setting, bool) {
	if text, set := s.env(variable(flag)); set {
		return setting{text, "$" + variable(flag)}, true
	}
	found, ok := s.file[flag]
	return found, ok
}

// refuseEmpty refuses flags that say who leaves, and are given and empty: a
// variable that somebody has not set must not take a list or a condition away.
func (s *settings) refuseEmpty(parsed *kong.Context) error {
	for _, flag := range parsed.Flags() {
		// Numbers and switches have no value that is empty.
		kind := flag.Target.Kind()
		empty := flag.Target.IsZero() || flag.IsSlice() && flag.Target.Len() == 0
		if !inGroup(flag, "input") || !empty || kind == reflect.Bool || kind == reflect.Int {
			continue
		}
		const remedy = "is empty; give it a value, or leave it out"
		setting, ok := s.lookup(flag.Name)
		switch {
		case given(parsed, flag):
			return usagef("--%s %s", flag.Name, remedy)
		case ok && strings.HasPrefix(setting.origin, "$"):
			return usagef("%s %s", setting.origin, remedy)
		case ok:
			return usagef("%s: %s %s", setting.origin, flag.Name, remedy)
		}
	}
	return nil
}

// configError says what is wrong with the file of --config.
type configError struct{ error }

func (e configError) Unwrap() error { return e.error }

// read reads the file of --config, if there is one.
func (s *settings) read(parsed *kong.Context) error {
	s.file = map[string]setting{}
	path, _ := s.env(variable("config"))
	for _, p := range parsed.Path {
		if p.Flag != nil && p.Flag.Name == "config" {
			path, _ = parsed.FlagValue(p.Flag).(string)
		}
	}
	if path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return configError{fmt.Errorf("--config: %w", err)}
	}
	if err := s.parse(path, text, flagsOf(parsed.Model)); err != nil {
		return configError{fmt.Errorf("--config: %w", err)}
	}
	return nil
}

// flagsOf lists the flags of all commands, in their order: a file for run is
// good for plan.
func flagsOf(model *kong.Application) []*kong.Flag {
	var flags []*kong.Flag
	_ = kong.Visit(model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok && flag.Name != "help" && flag.Name != "config" && find(flags, flag.Name) == nil {
			flags = append(flags, flag)
		}
		return next(nil)
	})
	return flags
}

// find returns the flag of the name; nil if there is none.
func find(flags []*kong.Flag, name string) *kong.Flag {
	i := slices.IndexFunc(flags, func(f *kong.Flag) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return flags[i]
}

// parse reads the file: a flag per key, without its dashes, and its value; or a
// list of values, for a flag that can be given more than once.
func (s *settings) parse(path string, text []byte, flags []*kong.Flag) error {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(document.Content) == 0 {
		return nil
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return fmt.Errorf("%s:%d: a line is a flag and its value, such as \"rate: 20\"", path, root.Line)
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		origin := fmt.Sprintf("%s:%d", path, key.Line)
		flag := find(flags, key.Value)
		if flag == nil {
			var names []string
			for _, f := range flags {
				names = append(names, f.Name)
			}
			slices.Sort(names)
			return fmt.Errorf("%s: there is no flag %q; the flags are %s", origin, key.Value, strings.Join(names, ", "))
		}
		text, ok := textOf(value, flag)
		if !ok {
			return fmt.Errorf("%s: %s needs one value", origin, key.Value)
		}
		if earlier, ok := s.file[key.Value]; ok {
			return fmt.Errorf("%s: %s stands in %s already", origin, key.Value, earlier.origin)
		}
		s.file[key.Value] = setting{text, origin}
	}
	return nil
}

// textOf returns a value as it would be typed.
func textOf(value *yaml.Node, flag *kong.Flag) (text string, ok bool) {
	scalar := func(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag != "!!null" }
	if value.Kind != yaml.SequenceNode || !flag.IsSlice() {
		return value.Value, scalar(value)
	}
	texts := make([]string, len(value.Content))
	for i, n := range value.Content {
		if !scalar(n) {
			return "", false
		}
		texts[i] = n.Value
	}
	return kong.JoinEscaped(texts, flag.Tag.Sep), len(texts) > 0
}
