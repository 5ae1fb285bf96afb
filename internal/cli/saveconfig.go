package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"offboard/internal/input"
	"offboard/internal/run"
	"offboard/internal/table"
)

// saveConfig writes a file for --config with the flags of a plan, from the command
// line, the environment and the file, and with what was detected in the inputs. It
// leaves out flags that are for one run only, such as --report, --yes, --first and --accept: a
// person has looked at the rows of one file, and not at those of the next. Of the flags
// about the report only --keep is about each of them. No flag has a secret as its value, but a URL could contain one, so such a URL is refused.
func (c *planCommand) saveConfig(parsed *kong.Context, conf *configuration, detected map[string]string) error {
	groups := []string{"input", "tenant", "pace", "safety"}
	document := yaml.Node{Kind: yaml.MappingNode}
	for _, flag := range flagsOf(parsed.Model) {
		saved := flag.Name == "keep" || flag.Group != nil && slices.Contains(groups, flag.Group.Key)
		if !saved || slices.Contains([]string{"yes", "accept", "accept-refs", "first", "shards", "shard"}, flag.Name) {
			continue
		}
		var value any
		other, ok := conf.lookup(flag.Name)
		if own := find(parsed.Flags(), flag.Name); own != nil {
			value = valueOf(own)
			if value != nil && slices.Contains(secretFlags, flag.Name) && !looksLikePath(fmt.Sprint(value)) {
				return usagef("--save-config: --%s does not name a file; its value may be the secret itself, which must not be in a file", flag.Name)
			}
			if path, isText := value.(string); isText && isFile(own) {
				value = nameFrom(c.SaveConfig, path)
			}
			if text, isText := value.(string); isText && hasUser(text) {
				return usagef("--save-config: --%s contains a user name or a password, which must not be in a file", flag.Name)
			}
		} else if ok { // plan does not have this flag
			value = other.text
			if hasUser(other.text) {
				return usagef("--save-config: %s (%s) contains a user name or a password, which must not be in a file", flag.Name, other.origin)
			}
			if n, err := strconv.Atoi(other.text); err == nil && strconv.Itoa(n) == other.text {
				value = n // YAML writes a number without quotes
			}
		}
		if text := detected[flag.Name]; value == nil && text != "" {
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
	head := fmt.Sprintf("# Use this file with: offboard run FILE --config %s\n", c.SaveConfig)
	return create(c.SaveConfig, append([]byte(head), text...))
}

// nameFrom returns the name by which a file is found from the folder of a configuration.
func nameFrom(config, path string) string {
	if filepath.IsAbs(path) || filepath.Dir(config) == "." {
		return path
	}
	// Folders are those that the system finds, because ".." leaves the place to which a
	// symbolic link leads, and not the link.
	folder, err := realFolder(config)
	other, otherErr := realFolder(path)
	if errors.Join(err, otherErr) == nil {
		if name, err := filepath.Rel(folder, filepath.Join(other, filepath.Base(path))); err == nil {
			return name
		}
	}
	if absolute, err := filepath.Abs(path); err == nil {
		return absolute
	}
	return path
}

// realFolder returns the absolute path of the folder of a file, without symbolic links.
func realFolder(path string) (string, error) {
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(folder)
}

// hasUser tells whether a text is a URL with a user name or a password.
func hasUser(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.User != nil
}

// create writes a file that must not exist yet.
func create(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return usagef("--save-config: %s exists already; remove it or name another file", path)
	case errors.Is(err, fs.ErrNotExist):
		return usagef("--save-config: the folder of %s does not exist; create it or name another file", path)
	case err != nil:
		return fmt.Errorf("--save-config: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("--save-config: %w", err)
	}
	return nil
}

// valueOf returns the value of a flag for a YAML file; nil if it is the default.
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
			texts = append(texts, fmt.Sprint(scalarOf(target.Index(i))))
		}
		if texts == nil {
			return nil
		}
		return texts
	}
	value := scalarOf(target)
	if flag.HasDefault && (fmt.Sprint(value) == flag.Default || isDuration(target, flag.Default)) || !flag.HasDefault && target.IsZero() {
		return nil
	}
	return value
}

// isDuration tells whether a value is the duration of a text, however that is written: 15m
// is 15m0s.
func isDuration(value reflect.Value, text string) bool {
	own, ok := value.Interface().(time.Duration)
	other, err := time.ParseDuration(text)
	return ok && err == nil && own == other
}

// scalarOf returns a value as it is typed.
func scalarOf(v reflect.Value) any {
	switch value := v.Interface().(type) {
	case fmt.Stringer:
		return value.String()
	default:
		return value
	}
}

// detected returns the values of flags that were detected in the inputs, if they are
// the same in all inputs that are not reports.
func detected(inputs run.Inputs) map[string]string {
	var common map[string]string
	for _, in := range inputs {
		if in.IsReport() {
			continue
		}
		e := in.Export
		of := map[string]string{"sheet": e.Sheet, "ref-column": in.Survey.Ref, "end-date-column": in.Survey.EndDate}
		if e.Format == input.CSV && e.Delimiter != ',' {
			of["delimiter"] = e.Delimiter.String()
		}
		if e.Encoding != table.UTF8 {
			of["encoding"] = string(e.Encoding)
		}
		if common == nil {
			common = of
		}
		maps.DeleteFunc(common, func(flag, value string) bool { return of[flag] != value })
	}
	return common
}
