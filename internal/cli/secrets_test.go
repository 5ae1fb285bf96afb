package cli

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offboard/pkg/thrivetest"
)

// theSecret has characters that every encoding writes in another way.
const theSecret = `s3cr/et+with=signs&"quotes" %41`

// forms returns the encodings in which the secret could be written.
func forms() map[string]string {
	quoted, _ := json.Marshal(theSecret) // a string can always be encoded
	pair := thrivetest.DefaultTenant + ":" + theSecret
	oauth := url.QueryEscape(thrivetest.DefaultClientID) + ":" + url.QueryEscape(theSecret)
	return map[string]string{
		"as it is":         theSecret,
		"Base64":           base64.StdEncoding.EncodeToString([]byte(theSecret)),
		"Basic":            base64.StdEncoding.EncodeToString([]byte(pair)),
		"Basic of a token": base64.StdEncoding.EncodeToString([]byte(oauth)),
		"URL-encoded":      url.QueryEscape(theSecret),
		"a URL's path":     url.PathEscape(theSecret),
		"JSON":             strings.Trim(string(quoted), `"`),
		"Go":               strings.Trim(fmt.Sprintf("%q", theSecret), `"`),
	}
}

// echo sends back what it received, in every part of the answer that a program might
// print.
func echo(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		all := fmt.Sprintf("%v %s %s %s", r.Header, r.Header.Get("Authorization"), body, theSecret)
		line := strings.Map(func(r rune) rune {
			if r < ' ' {
				return ' '
			}
			return r
		}, all)
		for _, name := range []string{"X-Request-Id", "Www-Authenticate", "Location", "Content-Type"} {
			w.Header().Set(name, line)
		}
		if strings.HasPrefix(r.URL.Path, "/oauth2/") {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"error": all, "error_description": all, "message": map[string]string{"echo": all}, "status": status,
		})
	}
}

// wantNoSecret searches texts for the secret.
func wantNoSecret(t *testing.T, written map[string]string) {
	t.Helper()
	for where, text := range written {
		for form, secret := range forms() {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("%s contains the secret (%s): …%s…", where, form, text[max(0, i-40):min(len(text), i+60)])
			}
		}
	}
}

func TestNoSecretIsWrittenAnywhere(t *testing.T) {
	kinds := map[string]func(dir, url string) (map[string]string, []string){
		"API secret by variable": func(_, _ string) (map[string]string, []string) {
			return map[string]string{"OFFBOARD_API_SECRET": theSecret}, nil
		},
		"API secret by file": func(dir, _ string) (map[string]string, []string) {
			return nil, []string{"--api-secret-file", filepath.Join(dir, "secret")}
		},
		"OAuth": func(_, url string) (map[string]string, []string) {
			return map[string]string{"OFFBOARD_CLIENT_ID": thrivetest.DefaultClientID, "OFFBOARD_CLIENT_SECRET": theSecret,
				"OFFBOARD_TOKEN_URL": url + "/oauth2/token/" + thrivetest.DefaultTenant}, nil
		},
	}
	for kind, credentials := range kinds {
		for _, status := range []int{200, 302, 400, 401, 404, 429, 500, 503} {
			for _, format := range []string{"text", "json"} {
				t.Run(fmt.Sprintf("%s, %d, logs in %s", kind, status, format), func(t *testing.T) {
					t.Parallel()
					web := httptest.NewServer(echo(status))
					defer web.Close()
					dir := t.TempDir()
					// Editors write a line break after the secret.
					for name, text := range map[string]string{"secret": theSecret + "\n", "leavers.csv": "ref\nE1\nE2\n"} {
						if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
							t.Fatal(err)
						}
					}
					env, args := credentials(dir, web.URL)
					all := map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant}
					for name, value := range env {
						all[name] = value
					}
					// Those who are told of the end have addresses that are secrets, and repeat them.
					listeners := httptest.NewServer(&listener{status: http.StatusBadRequest})
					defer listeners.Close()
					hook := listeners.URL + "/" + url.PathEscape(theSecret) + "?key=" + url.QueryEscape(theSecret)
					var told []string
					if format == "text" {
						told = append(told, "--notify", hook, "--metrics-push="+listeners.URL+"/"+url.PathEscape(theSecret))
					} else {
						all["OFFBOARD_NOTIFY"] = hook
						all["OFFBOARD_METRICS_PUSH"] = strings.Replace(listeners.URL, "://", "://"+url.UserPassword("u", theSecret).String()+"@", 1)
					}
					metrics := filepath.Join(dir, "m.prom")
					report, summary := filepath.Join(dir, "report.csv"), filepath.Join(dir, "summary.json")
					_, stdout, stderr := invoke(t, all, append([]string{"run", filepath.Join(dir, "leavers.csv"), "--report", report, "--summary", summary, "--metrics-file", metrics, "--yes",
						"--rate", "0", "--max-attempts", "2", "--max-outage", "0s", "--log-level", "debug", "--log-format", format}, append(told, args...)...)...)
					text, err := os.ReadFile(report)
					if err != nil {
						t.Fatalf("%v\n%s", err, stderr)
					}
					evidence, err := os.ReadFile(summary)
					if err != nil {
						t.Errorf("%v\n%s", err, stderr)
					}
					if strings.Count(stderr, "were not pushed") != 1 || strings.Count(stderr, "was not delivered") != 1 {
						t.Errorf("nobody was told:\n%s", stderr)
					}
					figures, err := os.ReadFile(metrics)
					if err != nil {
						t.Error(err)
					}
					_, reported, _ := invoke(t, nil, "report", report)
					asJSON, _, _ := invoke(t, nil, "report", "--json", report)
					_, pinged, pingErr := invoke(t, all, append([]string{"ping", "--log-level", "debug", "--log-format", format}, args...)...)
					if pinged == "" {
						t.Errorf("ping writes nothing: %s", pingErr)
					}
					wantNoSecret(t, map[string]string{"standard output": stdout, "standard error": stderr,
						"ping": pinged, "standard error of ping": pingErr,
						"the report": string(text), "the report in short": reported, "the same as JSON": fmt.Sprint(asJSON), "the summary": string(evidence), "the metrics": string(figures)})
				})
			}
		}
	}
}

func TestNoUsageErrorRepeatsASecret(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, []byte("api-secret: '"+strings.ReplaceAll(theSecret, "'", "''")+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "hook"), []byte("http://hooks.example.com/"+url.PathEscape(theSecret)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(&listener{status: http.StatusOK})
	defer web.Close()
	password := url.UserPassword("user", theSecret).String()
	for name, args := range map[string][]string{
		"an unknown flag":                 {"run", "x.csv", "--api-secret=" + theSecret},
		"an unknown flag and a value":     {"run", "x.csv", "--client-secret", theSecret},
		"a password in a URL":             {"run", "x.csv", "--base-url", "https://" + password + "@localhost"},
		"a password in the URL of tokens": {"run", "x.csv", "--env", "staging", "--client-id", "c", "--token-url", "https://" + password + "@localhost"},
		"a configuration with the secret": {"run", "x.csv", "--config", file},
		"an unknown flag of ping":         {"ping", "--client-secret", theSecret},
		"a password in a URL of ping":     {"ping", "--base-url", "https://" + password + "@localhost"},
		"a secret without its tenant":     {"ping", "--env", "staging"},

		"a notification in the open":           {"run", "x.csv", "--env", "sandbox", "--notify", "http://hooks.example.com/" + theSecret},
		"a notification to no address":         {"run", "x.csv", "--env", "sandbox", "--notify", theSecret},
		"a notification with a password":       {"run", "x.csv", "--env", "sandbox", "--notify", "https://" + password + "@localhost"},
		"a push with a password":               {"run", "x.csv", "--env", "sandbox", "--metrics-push", "https://" + password + "@localhost"},
		"a push with a query":                  {"run", "x.csv", "--env", "sandbox", "--metrics-push", "https://localhost?" + url.QueryEscape(theSecret)},
		"an address in the place of its file":  {"run", "x.csv", "--env", "sandbox", "--notify-file", "https://localhost/" + theSecret},
		"a file with the address of nobody":    {"run", "x.csv", "--env", "sandbox", "--notify-file", filepath.Join(dir, "hook")},
		"a slip in the name of a notification": {"run", "x.csv", "--env", "sandbox", "--notfy=https://localhost/" + theSecret},
		"a notification that is given twice":   {"run", "x.csv", "--env", "sandbox", "--notify", web.URL + "/" + url.PathEscape(theSecret), "--notify", web.URL},
		"saved settings of a notification":     {"plan", "x.csv", "--env", "sandbox", "--notify", "https://localhost/" + url.PathEscape(theSecret), "--save-config", filepath.Join(dir, "saved.yaml")},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"OFFBOARD_CLIENT_SECRET": theSecret}
			code, stdout, stderr := invoke(t, env, args...)
			if code != 64 {
				t.Errorf("exit code %d", code)
			}
			wantNoSecret(t, map[string]string{"standard output": stdout, "standard error": stderr})
		})
	}
}
