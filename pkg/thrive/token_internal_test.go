package thrive

import (
	"net/http"
	"testing"
	"time"
)

// These tests call methods that meet only in a race between goroutines. Nothing
// listens at the token URL.

func newTestTokens(current *token) *tokens {
	ts := newTokens(ClientCredentials{TokenURL: "http://127.0.0.1:0"}, &Client{http: http.DefaultClient, timeout: time.Second})
	ts.current.Store(current)
	return ts
}

func TestARefreshUsesATokenThatAnotherOneHasJustFetched(t *testing.T) {
	fetched := &token{header: "Bearer new"}
	got, err := newTestTokens(fetched).refresh()
	if err != nil || got != any(credential{header: "Bearer new", fetched: true}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestARefusalOfAnOldTokenKeepsTheNewOne(t *testing.T) {
	ts := newTestTokens(&token{header: "Bearer new"})
	if !ts.invalidate("Bearer old") || ts.current.Load() == nil {
		t.Error("the new token was removed")
	}
	if !ts.invalidate("Bearer new") || ts.current.Load() != nil {
		t.Error("the refused token was kept")
	}
}
