package pace

import "testing"

func TestSuspicion(t *testing.T) {
	tests := []struct {
		name   string
		events string // s: few refusals soon after a cut; l: later; m: many
		want   suspicionState
	}{
		{"at first the pace is suspected", "", suspected},
		{"five cuts in vain leave it so", "lsssss", suspected},
		{"six cuts in vain clear it", "lssssss", cleared},
		{"a cut much later begins a new row", "lssssslsssss", suspected},
		{"many refusals begin a new row", "sssssms", suspected},
		{"many refusals make it suspected again", "ssssssm", suspected},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := suspicion{state: suspected}
			for _, event := range tt.events {
				if event == 'm' {
					s.many()
				} else {
					s.few(event == 's')
				}
			}
			if s.state != tt.want {
				t.Errorf("the pace is %s, want %s", s.state, tt.want)
			}
		})
	}
}
