package batch

import (
	"context"
	"testing"

	"offboard/internal/leaver"
)

// nothing suspends and records without any work, so that a benchmark measures
// the engine alone.
type nothing struct{}

func (nothing) Call(context.Context, leaver.Leaver) Answer { return suspended }
func (nothing) Record(...leaver.Result) error              { return nil }

func BenchmarkRun(b *testing.B) {
	b.ReportAllocs()
	o := options()
	if err := Run(b.Context(), b.Context(), tasks(b.N), nothing{}, nothing{}, o); err != nil {
		b.Fatal(err)
	}
}
