//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// mountedSecret writes a secret as a cluster mounts it: the file is a link to one in a
// folder that is replaced as a whole.
func mountedSecret(t *testing.T, dir, secret string) (path string) {
	t.Helper()
	replaceSecret(t, dir, secret)
	path = filepath.Join(dir, "secret")
	if err := os.Symlink(filepath.Join("..data", "secret"), path); err != nil {
		t.Fatal(err)
	}
	return path
}

func replaceSecret(t *testing.T, dir, secret string) {
	t.Helper()
	next, err := os.MkdirTemp(dir, "..version")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(next, "secret"), []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Base(next), filepath.Join(dir, "..data_tmp")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")); err != nil {
		t.Fatal(err)
	}
}

// rotation is a run whose secret is replaced while it calls.
type rotation struct {
	*bench
	p    *program
	dir  string
	path string
}

func startRotation(t *testing.T, kind string, n int) *rotation {
	t.Helper()
	b := setUp(t, n, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 5 * time.Millisecond})
	r := &rotation{bench: b, dir: t.TempDir()}
	var env []string
	flags := []string{"--rate", "0", "--log-level", "debug"}
	switch kind {
	case "API secret":
		r.path = mountedSecret(t, r.dir, thrivetest.DefaultSecret)
		flags = append(flags, "--api-secret-file", r.path)
	default:
		r.path = mountedSecret(t, r.dir, thrivetest.DefaultClientSecret)
		env = []string{"OFFBOARD_CLIENT_ID=" + thrivetest.DefaultClientID, "OFFBOARD_TOKEN_URL=" + b.url + "/oauth2/token/" + thrivetest.DefaultTenant}
		flags = append(flags, "--client-secret-file", r.path)
	}
	r.p = b.command(env, flags...)
	r.p.begin(t)
	return r
}

// rotate makes the service take another secret only.
func (r *rotation) rotate(secret string) {
	r.SetSecrets(secret, secret)
	r.RevokeTokens()
}

// wantNoSecret searches what the run has written.
func (r *rotation) wantNoSecret(t *testing.T, secrets ...string) {
	t.Helper()
	report, err := os.ReadFile(filepath.Join(r.bench.dir, "leavers.report.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		if strings.Contains(r.p.output.String()+string(report), secret) {
			t.Errorf("%s was written", secret)
		}
	}
}

func TestASecretThatIsRotatedDuringARun(t *testing.T) {
	for _, kind := range []string{"API secret", "OAuth"} {
		t.Run(kind, func(t *testing.T) {
			r := startRotation(t, kind, 600)
			secrets := []string{"the-second-secret", "the-third-secret"}
			for i, calls := range []int{100, 300} {
				r.waitFor(t, calls)
				replaceSecret(t, r.dir, secrets[i])
				r.rotate(secrets[i])
			}
			r.p.wantExit(t, 0)
			r.wantAgreement(t, false)
			if s := r.Stats(); s.Suspended != 600 || s.Repeats != 0 || s.Tokens > 12 {
				t.Errorf("%d suspended, %d repeats, %d requests for tokens", s.Suspended, s.Repeats, s.Tokens)
			}
			if n := strings.Count(r.p.output.String(), "its file has another one now"); n != 2 {
				t.Errorf("the output says %d times that the secret has changed, want 2\n%s", n, r.p.output.String())
			}
			r.wantNoSecret(t, append(secrets, thrivetest.DefaultSecret, thrivetest.DefaultClientSecret)...)
		})
	}
}

// The file comes later than the service's change: the run ends, and the next one finishes.
func TestASecretThatIsRevokedDuringARun(t *testing.T) {
	for name, then := range map[string]func(t *testing.T, r *rotation){
		"its file is as before":    func(*testing.T, *rotation) {},
		"its file has a wrong one": func(t *testing.T, r *rotation) { replaceSecret(t, r.dir, "a-wrong-secret") },
		"its file is empty":        func(t *testing.T, r *rotation) { replaceSecret(t, r.dir, "") },
		"its file is gone": func(t *testing.T, r *rotation) {
			if err := os.Remove(r.path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		for _, kind := range []string{"API secret", "OAuth"} {
			t.Run(name+", "+kind, func(t *testing.T) {
				r := startRotation(t, kind, 400)
				r.waitFor(t, 100)
				then(t, r)
				r.rotate("the-second-secret")
				r.p.wantExit(t, 5)
				r.wantNoSecret(t, "a-wrong-secret", thrivetest.DefaultSecret, thrivetest.DefaultClientSecret)
				replaceSecret(t, r.dir, "the-second-secret")
				again := r.command(nil, append(r.p.Args[6:], "--resume")...)
				again.Env = r.p.Env
				if name == "its file is gone" {
					if err := os.Symlink(filepath.Join("..data", "secret"), r.path); err != nil {
						t.Fatal(err)
					}
				}
				again.run(t, 0)
				if s := r.Stats(); s.Suspended != 400 || s.Repeats != 0 {
					t.Errorf("%d suspended, %d repeats", s.Suspended, s.Repeats)
				}
			})
		}
	}
}

// A password manager writes a secret into a pipe once.
func TestASecretFromAPipeIsNotReadAgain(t *testing.T) {
	b := setUp(t, 400, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 5 * time.Millisecond})
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	p := b.command(nil, "--rate", "0", "--api-secret-file", pipe)
	p.begin(t)
	if err := os.WriteFile(pipe, []byte(thrivetest.DefaultSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	b.waitFor(t, 50)
	b.SetSecrets("the-second-secret", "the-second-secret")
	stuck := time.AfterFunc(20*time.Second, func() { _ = p.Process.Kill() })
	defer stuck.Stop()
	p.wantExit(t, 5)
}
