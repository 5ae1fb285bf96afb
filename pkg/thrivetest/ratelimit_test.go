package thrivetest_test

import (
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

func TestQuota(t *testing.T) {
	now := noon
	s := thrivetest.New(thrivetest.Options{AnyRef: true, Now: func() time.Time { return now }})
	s.SetFaults(thrivetest.Faults{Quota: 3, Window: 10 * time.Second})
	for i, want := range []int{200, 200, 200, 429, 429} {
		if w := suspend(s, "E-1"); w.Code != want || w.Header().Get("RateLimit-Remaining") != "" {
			t.Errorf("call %d is answered with %d, want %d; headers %v", i+1, w.Code, want, w.Header())
		}
	}
	now = now.Add(10 * time.Second)
	if w := suspend(s, "E-1"); w.Code != 200 {
		t.Errorf("a call in the next window is answered with %d", w.Code)
	}
	if got := s.Stats().Suspends; got != 6 {
		t.Errorf("%d calls are counted, want 6", got)
	}
}

func TestFormsOfAQuota(t *testing.T) {
	tests := map[thrivetest.RateLimitForm]map[string]string{
		thrivetest.RateLimitNone:  {"RateLimit": "", "RateLimit-Reset": "", "X-RateLimit-Reset": ""},
		thrivetest.RateLimitPlain: {"RateLimit-Limit": "2", "RateLimit-Remaining": "0", "RateLimit-Reset": "58", "X-RateLimit-Reset": ""},
		thrivetest.RateLimitX:     {"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "58", "RateLimit-Reset": ""},
		thrivetest.RateLimitXUnix: {"X-RateLimit-Limit": "2", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1719835260"},
		thrivetest.RateLimitList:  {"RateLimit": `"default";r=0;t=58`, "RateLimit-Policy": `"default";q=2;w=60`, "RateLimit-Reset": ""},
	}
	for form, want := range tests {
		t.Run(string(form), func(t *testing.T) {
			now := noon
			s := thrivetest.New(thrivetest.Options{AnyRef: true, Now: func() time.Time { return now }})
			s.SetFaults(thrivetest.Faults{Quota: 2, RateLimit: form})
			suspend(s, "E-1")
			now = now.Add(2500 * time.Millisecond)
			for _, code := range []int{200, 429} { // the last one, and one too many
				w := suspend(s, "E-1")
				if w.Code != code {
					t.Errorf("got %d, want %d", w.Code, code)
				}
				for name, value := range want {
					if got := w.Header().Get(name); got != value {
						t.Errorf("%d: %s is %q, want %q", code, name, got, value)
					}
				}
			}
		})
	}
}
