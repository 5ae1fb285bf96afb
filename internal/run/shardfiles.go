package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// parseShardPath returns the path without its shard, and the shard whose path it is. The
// shard is the zero value, and the path as it was, if it is that of none.
func parseShardPath(path string) (base string, s Shard) {
	extension := filepath.Ext(path)
	rest := strings.TrimSuffix(path, extension)
	if strings.Contains(extension, "-of-") { // the name has no extension
		rest, extension = path, ""
	}
	at := strings.LastIndexByte(rest, '.')
	if at < 0 {
		return path, Shard{}
	}
	base = rest[:at] + extension
	s, err := ParseShard(strings.Replace(rest[at+1:], "-of-", "/", 1))
	if err != nil || s.Path(base) != path {
		return path, Shard{}
	}
	return base, s
}

// MissingShards returns the paths of the reports of shards that are missing among paths, by
// their names: where there is a report of one of ten shards, there should be ten.
func MissingShards(paths []string) []string {
	type set struct {
		base  string
		count int
	}
	var sets []set
	known := map[string]bool{}
	for _, path := range paths {
		path = filepath.Clean(path)
		base, s := parseShardPath(path)
		if s.IsWhole() {
			continue
		}
		known[path] = true
		if next := (set{base, s.Count}); !slices.Contains(sets, next) {
			sets = append(sets, next)
		}
	}
	missing := []string{}
	for _, set := range sets {
		for n := range set.count {
			if path := (Shard{n + 1, set.count}).Path(set.base); !known[path] {
				missing = append(missing, path)
			}
		}
	}
	return missing
}

// OtherShardsError says that there are reports by the name of that of the run, but of
// another number of shards, and that they are no inputs. A run of the whole plan has none.
type OtherShardsError struct{ Paths []string }

// Error names the first one.
func (e *OtherShardsError) Error() string {
	if more := len(e.Paths) - 1; more > 0 {
		return fmt.Sprintf("%s and %d more are reports of another number of shards, and whatever they have done would be done again", e.Paths[0], more)
	}
	return e.Paths[0] + " is the report of another number of shards, and whatever it has done would be done again"
}

// OwnShardsError says that a report which the shards of this run write is an input: another
// shard may be writing it.
type OwnShardsError struct{ Path string }

// Error names it.
func (e *OwnShardsError) Error() string {
	return e.Path + " is an input, and a report that the shards of this run write"
}

// SettlingError says that a file of a folder has just changed: shards that start at other
// moments would read it, and plan otherwise.
type SettlingError struct{ Name string }

// Error names the file.
func (e *SettlingError) Error() string {
	return e.Name + " has just changed, and every shard has to read the same files"
}

// ReportNameError says that the only input is a report, and that nobody has named that of
// the shards: one report cannot be gone on with by all of them.
type ReportNameError struct{ Input string }

// Error names the input.
func (e *ReportNameError) Error() string {
	return e.Input + " is a report, and shards cannot go on with it in place"
}

// refuseShards refuses reports that do not go with those of the shards of a run. base is
// the path of its report, without the shard.
func (all Inputs) refuseShards(s Shard, base string) error {
	base = filepath.Clean(base)
	files, err := os.ReadDir(filepath.Dir(base))
	if errors.Is(err, fs.ErrNotExist) || err != nil && s.IsWhole() {
		return nil // the error about the report says so
	}
	if err != nil {
		return err
	}
	var others []string
	for _, file := range files {
		path := filepath.Join(filepath.Dir(base), file.Name())
		of, other := parseShardPath(path)
		if of != base || file.IsDir() || s.IsWhole() && other.IsWhole() {
			continue
		}
		isInput := slices.ContainsFunc(all, func(in *Input) bool { return in.isAt(path) })
		switch {
		case other.Count == s.Count && isInput:
			return &OwnShardsError{path}
		case other.Count != s.Count && !isInput:
			others = append(others, path)
		}
	}
	if len(others) > 0 {
		return &OtherShardsError{others}
	}
	return nil
}

// shardReport returns the path of the report of a shard, by the one that would be that of
// the whole plan. inPlace is that of Inputs.reportPath.
func (all Inputs) shardReport(s Settings, path string, inPlace bool) (string, error) {
	switch {
	case s.Shard.IsWhole() && (inPlace || s.Report == "" && s.Target == SandboxTarget):
		return path, nil
	case inPlace:
		return "", &ReportNameError{all[0].Name}
	case s.Report == "" && s.Target == SandboxTarget: // it is replaced
		return s.Shard.Path(path), nil
	}
	return s.Shard.Path(path), all.refuseShards(s.Shard, path)
}
