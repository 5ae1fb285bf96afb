package thrive_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offboard/pkg/thrive"
)

func TestRateLimit(t *testing.T) {
	limit := func(remaining int, seconds int) thrive.RateLimit {
		return thrive.RateLimit{Remaining: remaining, Reset: time.Duration(seconds) * time.Second}
	}
	nothing := thrive.RateLimit{}
	const r, p = "RateLimit", "RateLimit-Policy"
	unix := func(in time.Duration) string {
		// The clock of a synctest bubble begins at this time.
		return strconv.FormatInt(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(in).Unix(), 10)
	}
	tests := map[string]struct {
		headers []string
		want    thrive.RateLimit
	}{
		"none":                           {nil, nothing},
		"three headers":                  {[]string{"RateLimit-Limit", "100", "RateLimit-Remaining", "50", "RateLimit-Reset", "30"}, limit(50, 30)},
		"without a limit":                {[]string{"RateLimit-Remaining", "0", "RateLimit-Reset", "30"}, limit(0, 30)},
		"with policies":                  {[]string{"RateLimit-Limit", "10, 10;w=1, 50;w=60", "RateLimit-Remaining", "9", "RateLimit-Reset", "1"}, limit(9, 1)},
		"without what remains":           {[]string{"RateLimit-Limit", "100", "RateLimit-Reset", "30"}, nothing},
		"without a reset":                {[]string{"RateLimit-Limit", "100", "RateLimit-Remaining", "0"}, nothing},
		"more remains than there was":    {[]string{"RateLimit-Limit", "10", "RateLimit-Remaining", "11", "RateLimit-Reset", "30"}, nothing},
		"a limit that is no number":      {[]string{"RateLimit-Limit", "ten", "RateLimit-Remaining", "0", "RateLimit-Reset", "30"}, nothing},
		"a negative number":              {[]string{"RateLimit-Remaining", "-1", "RateLimit-Reset", "30"}, nothing},
		"half a request":                 {[]string{"RateLimit-Remaining", "0.5", "RateLimit-Reset", "30"}, nothing},
		"more than an integer holds":     {[]string{"RateLimit-Remaining", "99999999999999999999", "RateLimit-Reset", "30"}, nothing},
		"a reset that has passed":        {[]string{"RateLimit-Remaining", "0", "RateLimit-Reset", "0"}, nothing},
		"a negative reset":               {[]string{"RateLimit-Remaining", "0", "RateLimit-Reset", "-5"}, nothing},
		"a reset in part of a second":    {[]string{"RateLimit-Remaining", "0", "RateLimit-Reset", "0.2"}, limit(0, 1)},
		"a reset in years":               {[]string{"RateLimit-Remaining", "0", "RateLimit-Reset", "99999999"}, nothing},
		"a reset beyond all numbers":     {[]string{"RateLimit-Remaining", "0", "RateLimit-Reset", strings.Repeat("9", 30)}, nothing},
		"a Unix time is no number of s":  {[]string{"RateLimit-Remaining", "0", "RateLimit-Reset", unix(time.Minute)}, nothing},
		"X- with seconds":                {[]string{"X-RateLimit-Limit", "100", "X-RateLimit-Remaining", "3", "X-RateLimit-Reset", "30"}, limit(3, 30)},
		"X- with a Unix time":            {[]string{"X-RateLimit-Remaining", "3", "X-RateLimit-Reset", unix(time.Minute)}, limit(3, 60)},
		"X- with a Unix time that is by": {[]string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", unix(-time.Minute)}, nothing},
		"X- with milliseconds":           {[]string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", unix(time.Minute) + "000"}, nothing},
		"X- with a number out of range":  {[]string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "9223372036854775807"}, nothing},
		"X- with a text":                 {[]string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "2000-01-01T00:01:00Z"}, nothing},
		"two families: the fewer":        {[]string{"RateLimit-Remaining", "5", "RateLimit-Reset", "1", "X-RateLimit-Remaining", "3", "X-RateLimit-Reset", "30"}, limit(3, 30)},
		"two families: the later":        {[]string{"RateLimit-Remaining", "0", "RateLimit-Reset", "60", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "30"}, limit(0, 60)},
		"one family cannot be read":      {[]string{"RateLimit-Remaining", "x", "RateLimit-Reset", "60", "X-RateLimit-Remaining", "7", "X-RateLimit-Reset", "30"}, limit(7, 30)},
		"a list":                         {[]string{r, `"default";r=50;t=30`, p, `"default";q=100;w=60`}, limit(50, 30)},
		"a list without policy":          {[]string{r, `"default";r=0;t=30`}, limit(0, 30)},
		"a list with other parameters":   {[]string{r, `"a";pk=:cHJvamVjdA==:;r=5;ok;v=?0;w=-1;t=9;long=1.5;z=tok`}, limit(5, 9)},
		"a list of two: the fewer":       {[]string{r, `"burst";r=7;t=1, "day";r=2;t=900`, p, `"burst";q=10;w=1,"day";q=1000;w=86400`}, limit(2, 900)},
		"a list of two: the later":       {[]string{r, `"burst";r=0;t=1, "day";r=0;t=900`}, limit(0, 900)},
		"a token for a name":             {[]string{r, `default;r=50;t=30`}, limit(50, 30)},
		"an item without t":              {[]string{r, `"a";r=0, "b";r=6;t=5`}, limit(6, 5)},
		"the last value counts":          {[]string{r, `"a";r=0;r=4;t=5`}, limit(4, 5)},
		"a last value that is no number": {[]string{r, `"a";r=0;r=x;t=5`}, nothing},
		"more than the quota":            {[]string{r, `"a";r=101;t=30`, p, `"a";q=100;w=60`}, nothing},
		"a reset beyond the window":      {[]string{r, `"a";r=0;t=61`, p, `"a";q=100;w=60`}, nothing},
		"a policy of another name":       {[]string{r, `"a";r=101;t=30`, p, `"b";q=100;w=60`}, limit(101, 30)},
		"a policy that is malformed":     {[]string{r, `"a";r=0;t=30`, p, `"a";q=`}, nothing},
		"a list that is malformed":       {[]string{r, `"a";r=0;t=30,`}, nothing},
		"a string without an end":        {[]string{r, `"a;r=0;t=30`}, nothing},
		"an old draft":                   {[]string{r, `limit=100, remaining=0, reset=30`}, nothing},
		"a very long list":               {[]string{r, strings.Repeat(`"a";r=0;t=30,`, 100) + `"a";r=0;t=30`}, nothing},
		"a number of too many digits":    {[]string{r, `"a";r=0;t=99999999999999999`}, nothing},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := suspendError(t, thrive.Config{BaseURL: "http://localhost", Transport: inMemory{answering(429, "", "", tt.headers...)}})
				if e.RateLimit != tt.want {
					t.Errorf("a refusal says %+v, want %+v", e.RateLimit, tt.want)
				}
				c, err := thrive.NewClient(thrive.Config{BaseURL: "http://localhost", Credentials: thrive.Basic{Tenant: "t", Secret: "s"},
					Transport: inMemory{answering(200, "application/json", `{"ref":"E-1","active":false}`, tt.headers...)}})
				if err != nil {
					t.Fatal(err)
				}
				got, err := c.SuspendUser(t.Context(), "E-1", time.Time{})
				if err != nil || got.Response.RateLimit != tt.want {
					t.Errorf("a success says %+v (%v), want %+v", got.Response.RateLimit, err, tt.want)
				}
			})
		})
	}
}

func TestHeadersThatContradictThemselvesSayNothing(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Ratelimit-Remaining"] = []string{"0", "5"}
		w.Header().Set("RateLimit-Reset", "30")
		w.Header()["Retry-After"] = []string{"3", "7"}
		w.WriteHeader(429)
	})
	e := suspendError(t, thrive.Config{BaseURL: "http://localhost", Transport: inMemory{h}})
	if e.RateLimit != (thrive.RateLimit{}) {
		t.Errorf("got %+v", e.RateLimit)
	}
	if e.RetryAfter != 7*time.Second {
		t.Errorf("got a wait of %s, want the longer one", e.RetryAfter)
	}
}
