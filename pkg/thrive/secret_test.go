package thrive_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/pkg/thrive"
)

// The server in this test sends back all that it was sent.
func TestSecretsAreNeverInAnyErrorText(t *testing.T) {
	const secret = `hun"ter 2+<é>`
	const token = "tok-en+/=="
	forms := map[string][]string{
		"basic": {secret, url.QueryEscape(secret), url.PathEscape(secret),
			base64.StdEncoding.EncodeToString([]byte("me:" + secret))},
		"oauth": {secret, url.QueryEscape(secret), url.PathEscape(secret), token,
			base64.StdEncoding.EncodeToString([]byte("me:" + url.QueryEscape(secret)))},
	}
	sent := slices.Concat(forms["basic"], forms["oauth"])
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(strings.Join(sent, " "))
	bodies := map[string]string{
		"application/json": `{"error":"` + quoted + `","error_description":"` + quoted + `","message":"` + quoted + `"}`,
		"application/x":    `{"message":{"echo":["` + quoted + `"]}}`,
		"text/html":        "<html>" + quoted,
		"text/plain":       "error=" + url.QueryEscape(quoted) + "&error_description=" + url.QueryEscape(quoted),
		"x-" + token:       "",
	}
	creds := map[string]thrive.Credentials{
		"basic": thrive.Basic{Tenant: "me", Secret: secret},
		"oauth": thrive.ClientCredentials{ClientID: "me", ClientSecret: secret, TokenURL: memoryBase + "/token"},
	}
	for kind, cred := range creds {
		for contentType, body := range bodies {
			for _, status := range []int{200, 302, 400, 401, 403, 422, 429, 503} {
				for _, tokenFails := range []bool{false, true} {
					h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if r.URL.Path == "/token" && !tokenFails {
							w.Header().Set("Content-Type", "application/json")
							_, _ = io.WriteString(w, `{"access_token":"`+token+`"}`)
							return
						}
						answering(status, contentType, body).ServeHTTP(w, r)
					})
					c := newClient(t, thrive.Config{BaseURL: memoryBase, Credentials: cred, Transport: inMemory{h}})
					_, err := c.SuspendUser(t.Context(), "E-1", time.Time{})
					if err == nil {
						continue // a JSON object with 200
					}
					text := fmt.Sprintf("%v %+v %q %v", err, err, err, errors.Unwrap(err))
					if e, ok := errors.AsType[*thrive.Error](err); ok {
						text += fmt.Sprintf("%+v", *e)
					}
					for _, form := range append(forms[kind], `hun\"ter`) {
						if form == token && tokenFails {
							continue // not issued, so not a secret
						}
						if strings.Contains(text, form) {
							t.Errorf("%s, %s, %d: %q shows %q", kind, contentType, status, text, form)
						}
					}
				}
			}
		}
	}
}
