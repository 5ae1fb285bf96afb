package metrics

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"offboard/internal/run"
)

// ErrOther says that a file has something else in it than metrics of runs.
var ErrOther = errors.New("exists already, and has no metrics of offboard")

// most is how many bytes of an earlier file are read; one has some 10,000.
const most = 1 << 20

// CheckFile returns an error if the metrics of a run cannot be written to a file: one of
// run.CheckReplaceable, or a *run.FilePathError.
func CheckFile(path string) error {
	if err := run.CheckReplaceable(path); err != nil {
		return err
	}
	// node_exporter reads only names such as this, and nobody gives it to another file.
	if filepath.Ext(path) == ".prom" {
		return nil
	}
	text, err := earlierText(path)
	if err == nil && len(text) > 0 && !bytes.Contains(text, []byte(prefix)) {
		err = ErrOther
	}
	if err != nil {
		return &run.FilePathError{Path: path, Err: err}
	}
	return nil
}

// Write writes the metrics of a run in the text format, readable for everybody, in place of
// the file of an earlier run as a whole. What the run has nothing to say about stays as the
// earlier file has it; of a damaged one, or of one about another target, nothing stays.
func Write(path string, r Run) error {
	earlier := readEarlier(path)
	if r.Target == "" {
		r.Target = targetOf(earlier) // a mistake in the command may hide where it would suspend
	}
	families, err := r.gatherer(r.labels()).Gather()
	if err != nil {
		return err
	}
	for _, f := range earlier {
		said := slices.ContainsFunc(families, func(now *dto.MetricFamily) bool { return now.GetName() == f.GetName() })
		if f.Metric = slices.DeleteFunc(f.Metric, func(m *dto.Metric) bool { return labelOf(m) != r.Target }); !said && len(f.Metric) > 0 {
			families = append(families, f)
		}
	}
	slices.SortFunc(families, func(a, b *dto.MetricFamily) int { return strings.Compare(a.GetName(), b.GetName()) })
	var text bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&text, f); err != nil {
			return err
		}
	}
	return run.ReplaceFile(path, text.Bytes(), 0o644)
}

// earlierText returns what is in a file; nothing if there is none.
func earlierText(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}

// readEarlier returns the metrics in a file, if it can be read as a whole.
func readEarlier(path string) []*dto.MetricFamily {
	text, err := earlierText(path)
	if err != nil {
		return nil
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	read, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		return nil // a part of a number is another number
	}
	var ours []*dto.MetricFamily
	for name, f := range read {
		if isOurs(name) && (f.GetType() == dto.MetricType_HISTOGRAM) == (name == durations.name) {
			ours = append(ours, f)
		}
	}
	return ours
}

// targetOf returns the target of metrics; "" if there are none.
func targetOf(families []*dto.MetricFamily) string {
	for _, f := range families {
		for _, m := range f.Metric {
			return labelOf(m)
		}
	}
	return ""
}

// labelOf returns the target of a metric.
func labelOf(m *dto.Metric) string {
	for _, pair := range m.Label {
		if pair.GetName() == targetLabel {
			return pair.GetValue()
		}
	}
	return ""
}
