package metrics

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// TestAPushReplacesTheLastOneMetricByMetric looks at what a Pushgateway gets: POST replaces
// metrics with the same names in a group, and leaves the others.
func TestAPushReplacesTheLastOneMetricByMetric(t *testing.T) {
	group := map[string]*dto.MetricFamily{}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		const path = "/prefix/metrics/job/offboard/target@base64/cHJvZHVjdGlvbi9ldS13ZXN0LTJfQWJjZEVmZ2hJ"
		name, password, _ := r.BasicAuth()
		if r.Method != http.MethodPost || r.URL.EscapedPath() != path || name != "me" || password != "pass" {
			t.Errorf("got %s %s for %s:%s", r.Method, r.URL.EscapedPath(), name, password)
		}
		decoder := expfmt.NewDecoder(r.Body, expfmt.ResponseFormat(r.Header))
		for {
			f := &dto.MetricFamily{}
			if err := decoder.Decode(f); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Error(err)
				return
			}
			group[f.GetName()] = f
		}
	}))
	defer web.Close()
	to := Gateway{Client: web.Client(), URL: web.URL + "/prefix/", HasUser: true, UserName: "me", Password: "pass"}
	defer web.Client().CloseIdleConnections()
	for _, r := range []Run{night(1, 0), notBegun(2, 75)} {
		if err := Push(t.Context(), to, r); err != nil {
			t.Fatal(err)
		}
	}
	if got := group[success].Metric[0].Gauge.GetValue(); got != 1780279290 || group[code].Metric[0].Gauge.GetValue() != 75 {
		t.Errorf("the last success is %v, the exit code %v", got, group[code])
	}
	if len(group) != len(families)+1 || len(group[code].Metric[0].Label) != 0 {
		t.Errorf("%d metrics, the exit code has the labels %v", len(group), group[code].Metric[0].Label)
	}
	h := group[durations.name].Metric[0].Histogram
	if h.GetSampleCount() != 9 || len(h.PositiveSpan) == 0 || len(h.Bucket) == 0 {
		t.Errorf("the histogram is %v", h)
	}
}
