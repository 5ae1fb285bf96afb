package cli

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand prints the version.
type versionCommand struct{}

// Run prints the version.
func (*versionCommand) Run(a *app) error {
	_, err := fmt.Fprintln(a.Stdout, a.versionText())
	return err
}

// versionText returns the line that the command and the flag --version print.
func (s *System) versionText() string {
	b := s.buildInfo()
	return fmt.Sprintf("offboard %s (commit %s, %s)", b.version, b.commit, runtime.Version())
}

type build struct{ version, commit string }

// buildInfo returns the version and the commit that the build has set, or else those
// in the build information of Go.
func (s *System) buildInfo() build {
	b := build{s.Version, s.Commit}
	if info, ok := debug.ReadBuildInfo(); ok {
		b.version = cmp.Or(b.version, info.Main.Version)
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				b.commit = cmp.Or(b.commit, setting.Value)
			}
		}
	}
	return build{cmp.Or(b.version, "(devel)"), cmp.Or(b.commit, "unknown")}
}

// userAgent returns the User-Agent of requests.
func (s *System) userAgent() string { return "offboard/" + s.buildInfo().version }
