package cli

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"offboard/internal/plan"
	"offboard/internal/run"
)

// indexVariable has the index of a pod of an Indexed Job, from 0 on. It is a variable of
// Kubernetes, and read only if --shards is given.
const indexVariable = "JOB_COMPLETION_INDEX"

// shardFlags say which part of the plan a process carries out.
type shardFlags struct {
	Shards *int      `group:"pace" placeholder:"N" help:"In a Kubernetes Indexed Job of N pods: each suspends the leavers of its own shard, by its index in $JOB_COMPLETION_INDEX, at its part of --rate. Every pod gets the same inputs and flags. The files that it writes have the shard in their names, as in ledger.03-of-10.csv."`
	Shard  shardFlag `group:"pace" placeholder:"K/N" help:"The same by hand: the shard of this process, from 1/N to N/N. Index 0 of a Job is shard 1/N."`
}

// shardFlag is a value of --shard.
type shardFlag run.Shard

// UnmarshalText reads a shard such as 3/10.
func (s *shardFlag) UnmarshalText(text []byte) error {
	shard, err := run.ParseShard(string(text))
	*s = shardFlag(shard)
	return err
}

// String writes the shard as UnmarshalText reads it.
func (s shardFlag) String() string { return run.Shard(s).String() }

// areGiven tells whether the process carries out only a part of the plan.
func (f *shardFlags) areGiven() bool { return f.Shards != nil || !run.Shard(f.Shard).IsWhole() }

// Validate checks the flags.
func (f *shardFlags) Validate() error {
	switch by := run.Shard(f.Shard); {
	case f.Shards == nil:
	case *f.Shards < 1:
		return fmt.Errorf("--shards must be 1 or more, not %d", *f.Shards)
	case !by.IsWhole() && *f.Shards != by.Count:
		return fmt.Errorf("--shard %s is one of %d, and --shards says %d; leave one of them out", by, by.Count, *f.Shards)
	}
	return nil
}

// shard returns the shard of this process; the zero value if it carries out the whole plan.
func (f *shardFlags) shard(lookup func(string) (string, bool)) (run.Shard, error) {
	by := run.Shard(f.Shard)
	if f.Shards == nil {
		return by, nil
	}
	count := *f.Shards
	text, isSet := lookup(indexVariable)
	if !isSet {
		if by.IsWhole() {
			return by, usagef("--shards %d: $%s is not set, which an Indexed Job of Kubernetes (completionMode: Indexed) sets; elsewhere, name the shard with --shard, from --shard 1/%d to --shard %d/%d", count, indexVariable, count, count, count)
		}
		return by, nil
	}
	index, err := strconv.Atoi(text)
	if err != nil || index < 0 || index >= count {
		return by, usagef("--shards %d: $%s is %q, and not a number from 0 to %d; the Job needs completionMode: Indexed and completions: %d", count, indexVariable, text, count-1, count)
	}
	s := run.Shard{Number: index + 1, Count: count}
	if !by.IsWhole() && by != s {
		return by, usagef("--shard %s is not the one of $%s, which is %d: that is shard %s; leave --shard out", by, indexVariable, index, s)
	}
	return s, nil
}

// checkShards refuses flags that do not go with shards.
func (c *runFlags) checkShards() error {
	if !c.areGiven() {
		return nil
	}
	limited := func(a acceptance) bool { return a.most != plan.AnyNumber }
	switch {
	case c.First > 0:
		return errors.New("--first cannot be combined with shards: try the first leavers in one process, and give its report as an input")
	case c.Unfinished:
		return errors.New("--unfinished cannot be combined with shards: give the reports of earlier runs as inputs")
	case c.Plan != "":
		return errors.New("--plan cannot be combined with shards: a plan that was approved is carried out by one process")
	case slices.Contains(c.Inputs, run.StdinPath):
		return errors.New("- cannot be combined with shards: every process has to read the same input; save it to a file, and name that")
	case c.asks() && slices.ContainsFunc(c.Accept, limited):
		return errors.New("--accept KIND=N cannot be combined with --check and shards: each process asks the tenant about its own leavers only, and cannot count the others; leave the number out")
	}
	return nil
}

// ofShard returns c for a person, who has no index of a pod.
func (c commandLine) ofShard(s run.Shard) commandLine {
	if s.IsWhole() {
		return c
	}
	return c.without("--shards", true).set("--shard", s.String())
}

// shardWords returns the shard for people; "" for the whole plan.
func shardWords(s run.Shard) string {
	if s.IsWhole() {
		return ""
	}
	return ", shard " + s.String()
}

// missingShards says which reports of shards are missing among the reports that were named;
// nothing if none are.
func missingShards(paths []string) []string {
	const most = 5
	missing := run.MissingShards(paths)
	if len(missing) == 0 {
		return nil
	}
	names := make([]string, min(len(missing), most))
	for i := range names {
		names[i] = nameOf(missing[i])
	}
	text := enumerate(names)
	if more := len(missing) - len(names); more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return []string{fmt.Sprintf("%s of shards %s missing: %s.", count(len(missing), "report"), agree(len(missing), "is", "are"), text)}
}

// missingInputs says which reports of shards are missing among the inputs.
func missingInputs(inputs run.Inputs) []string {
	var names []string
	for _, in := range inputs {
		if in.IsReport() {
			names = append(names, in.Name)
		}
	}
	return missingShards(names)
}
