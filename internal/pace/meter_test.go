package pace

import "testing"

func TestMeter(t *testing.T) {
	tests := []struct {
		name  string
		times []int // ms
		want  float64
	}{
		{"nothing yet", nil, fastest},
		{"once is no rate", []int{5}, fastest},
		{"two times are one interval", []int{0, 100}, 10},
		{"at one moment", []int{7, 7}, fastest},
		{"only the last 16 count", []int{0, 9000, 9010, 9020, 9030, 9040, 9050, 9060, 9070, 9080, 9090, 9100, 9110, 9120, 9130, 9140, 9150}, 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m meter
			for _, at := range tt.times {
				m.add(ms(at))
			}
			if got := m.rate(); got != tt.want {
				t.Errorf("got %g per second, want %g", got, tt.want)
			}
			if n := len(tt.times); n > 0 && !m.newest().Equal(ms(tt.times[n-1])) || n == 0 && !m.newest().IsZero() {
				t.Errorf("the newest is %s", m.newest())
			}
		})
	}
}
