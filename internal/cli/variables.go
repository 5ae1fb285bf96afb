package cli

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// variablePrefix is what all variables of offboard begin with.
const variablePrefix = "OFFBOARD_"

// The variables of secrets, which no flag has.
const (
	apiSecretVariable    = variablePrefix + "API_SECRET"
	clientSecretVariable = variablePrefix + "CLIENT_SECRET"
)

// kubernetesVariable matches the variables that Kubernetes gives every container of a
// namespace that has a service whose name begins with offboard.
var kubernetesVariable = regexp.MustCompile(`_(SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$`)

// checkVariables refuses a variable that no flag has and that looks like a slip of one
// that exists: without it a list or a limit could be missing unnoticed. It warns, in one
// line, of the others. Values are never repeated, because they may be secrets.
func (a *app) checkVariables(parsed *kong.Context) error {
	switch parsed.Selected().Name {
	case "help", "version":
		return nil
	}
	known := []string{variable("config"), apiSecretVariable, clientSecretVariable}
	for _, flag := range flagsOf(parsed.Model) {
		known = append(known, variable(flag.Name))
	}
	var slips []error
	var others []string
	for _, name := range a.variables() {
		if slices.Contains(known, name) {
			continue
		}
		if near := meantVariable(name, known); near != "" {
			slips = append(slips, usagef("no flag has the variable %s; did you mean %s? Rename or remove it", name, near))
			continue
		}
		others = append(others, name)
	}
	if len(slips) > 0 {
		return usageError{errors.Join(slips...)}
	}
	if len(others) > 0 {
		a.log.Warn("no flag has these variables, so they have no effect", "variables", strings.Join(others, ", "))
	}
	return nil
}

// variables returns the names of the variables that begin with variablePrefix, sorted.
func (s System) variables() []string {
	if s.Environ == nil {
		return nil
	}
	var names []string
	for _, entry := range s.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, variablePrefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// meantVariable returns the variable that a name is a slip of; "" if there is none.
func meantVariable(name string, known []string) string {
	if kubernetesVariable.MatchString(name) {
		return ""
	}
	short := make([]string, len(known))
	for i, k := range known {
		if bare(k) == bare(strings.ToUpper(name)) {
			return k
		}
		short[i] = strings.TrimPrefix(k, variablePrefix)
	}
	if near := nearest(strings.TrimPrefix(name, variablePrefix), short); near != "" {
		return variablePrefix + near
	}
	return ""
}

// bare returns the name of a variable without the last word that people add or leave out,
// as in OFFBOARD_EXCEPT_FILE.
func bare(name string) string {
	for _, word := range []string{"_FILE", "_ID", "_NAME", "_PATH", "_LIST", "_URL", "_COLUMN"} {
		if short, ok := strings.CutSuffix(name, word); ok && short+"_" != variablePrefix {
			return short
		}
	}
	return name
}
