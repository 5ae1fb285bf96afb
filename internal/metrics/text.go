package metrics

import (
	"bytes"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// IsOurs tells whether a text is empty or has metrics of runs in it, even if it is damaged.
func IsOurs(text []byte) bool { return len(text) == 0 || bytes.Contains(text, []byte(prefix)) }

// Text returns the metrics of a run in the text format. What the run has nothing to say about
// stays as the text of an earlier run has it; of a damaged one, or of one about another target,
// nothing stays.
func Text(before []byte, r Run) ([]byte, error) {
	earlier := parse(before)
	if r.Target == "" {
		r.Target = targetOf(earlier) // a mistake in the command may hide where it would suspend
	}
	families, err := r.gatherer(r.labels()).Gather()
	if err != nil {
		return nil, err
	}
	for _, f := range earlier {
		said := slices.ContainsFunc(families, func(now *dto.MetricFamily) bool { return now.GetName() == f.GetName() })
		if f.Metric = slices.DeleteFunc(f.Metric, func(m *dto.Metric) bool {
			return labelOf(m, targetLabel) != r.Target || labelOf(m, shardLabel) != r.Shard
		}); !said && len(f.Metric) > 0 {
			families = append(families, f)
		}
	}
	slices.SortFunc(families, func(a, b *dto.MetricFamily) int { return strings.Compare(a.GetName(), b.GetName()) })
	var text bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&text, f); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}

// parse returns the metrics in a text, if it can be read as a whole.
func parse(text []byte) []*dto.MetricFamily {
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
			return labelOf(m, targetLabel)
		}
	}
	return ""
}

// labelOf returns the value of a label of a metric; "" if it has none.
func labelOf(m *dto.Metric, name string) string {
	for _, pair := range m.Label {
		if pair.GetName() == name {
			return pair.GetValue()
		}
	}
	return ""
}
