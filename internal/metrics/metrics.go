// Package metrics owns what a run says to Prometheus: the names, types and labels of its
// metrics, the file for node_exporter's textfile collector, and the push to a Pushgateway.
//
// Both replace metrics by name. A run that did not begin has nothing to say about leavers and
// calls, and one that failed nothing about the last success: these metrics stay what an earlier
// run has said. No label has personal data.
package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"offboard/internal/leaver"
)

// Run is what is known of a run at its end.
type Run struct {
	Target     string // as a report says it; "": not known
	Shard      string // such as "3/10"; "": the whole plan
	Version    string
	Commit     string
	Go         string // version
	Start, End time.Time
	ExitCode   int
	Succeeded  bool
	// NewestInput is when the newest input was written; zero: not known.
	NewestInput time.Time
	Unreadable  *int     // files of folders that cannot be read; nil: not known
	Figures     *Figures // nil: the run did not begin
	Durations   *Durations
}

// Figures are those of a run that began.
type Figures struct {
	Outcomes  map[leaver.Outcome]int // rows at the end
	Held      map[string]int         // leavers, by the name of a kind of doubt
	Suspended int                    // leavers whom the run has called, and who are suspended
	Failed    int                    // the others of them
	Overdue   int                    // leavers
	Calls     map[string]int         // by HTTP status; 0: no answer
	Retries   int
	Outages   int
	Outage    float64 // how long they lasted all together, in seconds
	Ceiling   float64 // of the pace, in requests per second; 0: none
	Highest   float64
	Sustained *float64 // nil: not measured
}

// labels returns the labels of all metrics.
func (r Run) labels() prometheus.Labels {
	labels := prometheus.Labels{targetLabel: r.Target}
	if r.Shard != "" {
		labels[shardLabel] = r.Shard
	}
	return labels
}

// Durations gathers how long the requests for each leaver took.
type Durations struct{ histogram prometheus.Histogram }

// NewDurations returns durations without an observation. In a push they have native buckets,
// too; the text format has no place for these.
func NewDurations() *Durations {
	return &Durations{prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    durations.name,
		Help:    durations.help,
		Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300},

		NativeHistogramBucketFactor:    1.1,
		NativeHistogramMaxBucketNumber: 160,
	})}
}

// Observe adds a leaver.
func (d *Durations) Observe(took time.Duration) { d.histogram.Observe(took.Seconds()) }

const (
	prefix      = "offboard_"
	targetLabel = "target"
	shardLabel  = "shard"
)

// durations is the one family that is no gauge.
var durations = family{name: prefix + "leaver_duration_seconds", help: "How long the requests for a leaver took all together, of those whom the last run that began has tried."}

// gatherer returns all metrics of a run.
func (r Run) gatherer(labels prometheus.Labels) prometheus.Gatherer {
	registry := prometheus.NewRegistry()
	register := prometheus.WrapRegistererWith(labels, registry)
	for _, f := range families {
		values := f.values(r)
		if len(values) == 0 {
			continue
		}
		gauge := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: f.name, Help: f.help}, f.labels)
		for _, v := range values {
			gauge.WithLabelValues(v.labels...).Set(v.number)
		}
		register.MustRegister(gauge)
	}
	if r.Figures != nil && r.Durations != nil {
		register.MustRegister(r.Durations.histogram)
	}
	return registry
}
