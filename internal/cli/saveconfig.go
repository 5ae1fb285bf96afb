package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"offboard/internal/input"
)

// kept are the groups of flags that stay the same from one list of leavers to
// the next. What is said once, such as --report and --yes, is in no file.
var kept = []string{"input", "tenant", "pace", "safety"}

// saveConfig writes a file for --config with what a plan was made of: the flags
// that were given, wherever they stood, and what was found. No flag has a secret,
// and a URL that has one is refused.
func (c *planCommand) saveConfig(parsed *kong.Context, s *settings, found map[string]string) error {
	document := yaml.Node{Kind: yaml.MappingNode}
	for _, flag := range flagsOf(parsed.Model) {
		if flag.Group == nil || !slices.Contains(kept, flag.Group.Key) || flag.Name == "yes" {
			continue
		}
		var value any
		if own := find(parsed.Flags(), flag.Name); own != nil {
			value = valueOf(own)
		} else if setting, ok := s.lookup(flag.Name); ok {
			value = setting.text // of a flag that a run has, and a plan has not
			if u, err := url.Parse(setting.text); err == nil && u.User != nil {
				return usagef("--save-config: %s (%s) has a user or a password in it, which belongs in no file", flag.Name, setting.origin)
			}
			if n, err := strconv.Atoi(setting.text); err == nil && strconv.Itoa(n) == setting.text {
				value = n // as people write it
			}
		}
		if text := found[flag.Name]; value == nil && text != "" {
			value = text
		}
		if value == nil {
			continue
		}
		var key, node yaml.Node
		key.SetString(flag.Name)
		if err := node.Encode(value); err != nil {
			return fmt.Errorf("--save-config: %s: %w", flag.Name, err)
		}
		document.Content = append(document.Content, &key, &node)
	}
	text, err := yaml.Marshal(&document)
	if err != nil {
		return fmt.Errorf("--save-config: %w", err)
	}
	head := fmt.Sprintf("# How these leavers are read: offboard run FILE --config %s\n", c.SaveConfig)
	return create(c.SaveConfig, append([]byte(head), text...))
}

// create writes a file that must not be there yet.
func create(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return usagef("--save-config: %s exists already; remove it, or name another file", path)
	case errors.Is(err, fs.ErrNotExist):
		return usagef("--save-config: the folder of %s does not exist; create it, or name another file", path)
	case err != nil:
		return fmt.Errorf("--save-config: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("--save-config: %w", err)
	}
	return nil
}

// valueOf returns the value of a flag as a file would have it; nil if it is the
// default.
func valueOf(flag *kong.Flag) any {
	target := flag.Target
	if target.Kind() == reflect.Pointer {
		if target.IsNil() {
			return nil
		}
		target = target.Elem()
	}
	if target.Kind() == reflect.Slice {
		var texts []string
		for i := range target.Len() {
			texts = append(texts, fmt.Sprint(written(target.Index(i))))
		}
		if texts == nil {
			return nil
		}
		return texts
	}
	value := written(target)
	if flag.HasDefault && fmt.Sprint(value) == flag.Default || !flag.HasDefault && target.IsZero() {
		return nil
	}
	return value
}

// written is what would be typed for a value.
func written(v reflect.Value) any {
	switch value := v.Interface().(type) {
	case fmt.Stringer:
		return value.String()
	default:
		return value
	}
}

// found is what was found in the inputs without being told, by flag, if it is
// the same in all of them.
func (all sources) found() map[string]string {
	var common map[string]string
	for _, s := range all {
		if s.report {
			continue
		}
		of := map[string]string{"sheet": s.Sheet}
		of["ref-column"], of["end-date-column"] = s.Columns()
		if s.Format != input.JSONL && s.Delimiter != ',' {
			of["delimiter"] = input.DelimiterName(s.Delimiter)
		}
		if s.Encoding != input.UTF8 {
			of["encoding"] = string(s.Encoding)
		}
		if common == nil {
			common = of
		}
		maps.DeleteFunc(common, func(flag, value string) bool { return of[flag] != value })
	}
	return common
}
