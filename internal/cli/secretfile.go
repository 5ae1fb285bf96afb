package cli

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"offboard/internal/run"
	"offboard/pkg/thrive"
)

// secretFlags are the flags that name a file with a secret.
var secretFlags = []string{"api-secret-file", "client-secret-file", "notify-file"}

// maxSecret is how many bytes a secret may have, with the end of its line.
const maxSecret = 64 << 10

// givenSecret is a secret; its value is "" if none was given.
type givenSecret struct {
	value thrive.Secret
	renew func() thrive.Secret // see thrive.Basic; nil unless it stands in a regular file
}

// secret returns the secret in the file of a flag or in a variable. No error contains the
// secret.
func (a *app) secret(ctx context.Context, flag, path, name string) (givenSecret, error) {
	value, set := a.LookupEnv(name)
	switch {
	case path == "" && value == "":
		return givenSecret{}, nil
	case path == "":
		secret, err := checkSecret("$"+name, value)
		return givenSecret{value: secret}, err
	case set && value != "":
		return givenSecret{}, usagef("%s and $%s are both given; give only one of them", flag, name)
	}
	// It may be a pipe, to which a password manager writes, so a signal ends the wait for it.
	file, err := run.Await(ctx, func() (secretFile, error) { return readSecret(path) })
	switch {
	case isStop(err):
		return givenSecret{}, err
	case err != nil && !looksLikePath(path):
		return givenSecret{}, usagef("%s does not name a file that can be read; its value is not shown, because it may be the secret itself. Write the secret to a file and name that file, or set $%s to the secret", flag, name)
	case err != nil:
		return givenSecret{}, usagef("%s: %w", flag, err)
	}
	secret, err := checkSecret(flag+": "+path, file.text)
	if err == nil && file.mode.Perm()&0o004 != 0 {
		a.log.Warn("every user of this machine can read the secret", "file", path, "remedy", "chmod 600 "+quote(path))
	}
	given := givenSecret{value: secret}
	if file.mode.IsRegular() {
		last := secret
		given.renew = func() thrive.Secret {
			last = a.readAgain(flag, path, last)
			return last
		}
	}
	return given, err
}

// readAgain returns the secret that a file has now, because that which it had was
// refused: in a cluster the file of a mounted secret is replaced when the secret is. If
// there is none it returns the refused one.
func (a *app) readAgain(flag, path string, refused thrive.Secret) thrive.Secret {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return refused // a pipe could make the run wait for ever
	}
	file, err := readSecret(path)
	var secret thrive.Secret
	if err == nil {
		secret, err = checkSecret(flag+": "+path, file.text)
	}
	switch {
	case err != nil:
		a.log.Warn("the secret was refused, and cannot be read again", "file", path, "error", err)
		return refused
	case secret != refused:
		a.log.Info("the secret was refused, and its file has another one now", "file", path)
	}
	return secret
}

// secretFile is what a file has, up to one byte more than a secret may have.
type secretFile struct {
	text string
	mode fs.FileMode
}

func readSecret(path string) (secretFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return secretFile{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return secretFile{}, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	return secretFile{string(text), info.Mode()}, err
}

// checkSecret returns a secret without the end of its line, which editors write behind
// it. Anything else that does not belong to a secret is an error, because the API would
// only say that the secret is wrong.
func checkSecret(where, text string) (thrive.Secret, error) {
	secret := strings.TrimRight(text, "\r\n")
	problem := ""
	switch {
	case len(text) > maxSecret:
		problem = "has more than 64 KiB, so it is not a secret"
	case strings.HasPrefix(text, "\ufeff"):
		problem = "begins with a byte order mark; save it as UTF-8 without one"
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		problem = "is UTF-16; save it as UTF-8"
	case strings.TrimSpace(secret) == "":
		problem = "is empty"
	case !utf8.ValidString(secret):
		problem = "is not UTF-8 text"
	case strings.ContainsAny(secret, "\r\n"):
		problem = "has more than one line; it must contain only the secret"
	case strings.TrimSpace(secret) != secret:
		problem = "has blanks in front of the secret or behind it; remove them"
	case strings.ContainsFunc(secret, func(r rune) bool { return !unicode.IsPrint(r) }):
		problem = "has a control character or another one that cannot be seen; it must contain only the secret"
	default:
		return thrive.Secret(secret), nil
	}
	return "", usagef("%s %s", where, problem)
}

// looksLikePath tells whether the value of a flag of secretFlags names a file. Otherwise
// it may be the secret itself. A secret may have slashes, so the first folder must exist.
func looksLikePath(value string) bool {
	if _, err := os.Lstat(value); err == nil {
		return true
	}
	extensions := []string{".txt", ".secret", ".key", ".pem", ".password", ".env", ".json", ".yaml", ".yml", ".conf", ".cfg"}
	if slices.Contains(extensions, strings.ToLower(filepath.Ext(value))) {
		return true
	}
	volume := filepath.VolumeName(value)
	rest := filepath.ToSlash(value[len(volume):])
	if len(rest) < 2 {
		return false
	}
	end := strings.IndexByte(rest[1:], '/')
	if end < 0 {
		return false
	}
	_, err := os.Lstat(volume + rest[:end+1])
	return err == nil
}

// withoutSecrets returns the words of a command without what may be a secret in the
// place of the name of its file, and without addresses that may have one in them.
func withoutSecrets(words []string) []string {
	words = slices.Clone(words)
	for i, word := range words {
		for _, name := range secretFlags {
			flag := "--" + name
			value, joined := strings.CutPrefix(word, flag+"=")
			switch {
			case joined && !looksLikePath(value):
				words[i] = flag + "=FILE"
			case word == flag && i+1 < len(words) && !looksLikePath(words[i+1]):
				words[i+1] = "FILE"
			}
		}
		for _, name := range addressFlags {
			flag := "--" + name
			value, joined := strings.CutPrefix(word, flag+"=")
			switch {
			case joined && hidden(name, value) != value:
				words[i] = flag + "=URL"
			case word == flag && i+1 < len(words) && hidden(name, words[i+1]) != words[i+1]:
				words[i+1] = "URL"
			}
		}
	}
	return words
}
