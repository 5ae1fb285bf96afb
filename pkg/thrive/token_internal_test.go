package thrive

import (
	"net/http"
	"testing"
	"time"
)

// These two meet only in a race between goroutines, so they are called directly.
// The token endpoint is an address where nobody answers.

func newTestTokens(current *token) *tokens {
	ts := newTokens(ClientCredentials{TokenURL: "http://127.0.0.1:0"}, http.DefaultClient, time.Second)
	ts.current.Store(current)
	return ts
}

func TestALateCallerTakesTheTokenThatHasJustArrived(t *testing.T) {
	arrived := &token{header: "Bearer new"}
	got, err := newTestTokens(arrived).refresh()
	if err != nil || got != any(arrived) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestALateRefusalOfAnOldTokenSparesTheNewOne(t *testing.T) {
	ts := newTestTokens(&token{header: "Bearer new"})
	if !ts.drop("Bearer old") || ts.current.Load() == nil {
		t.Error("the new token was dropped")
	}
	if !ts.drop("Bearer new") || ts.current.Load() != nil {
		t.Error("the refused token was kept")
	}
}
