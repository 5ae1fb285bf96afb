package thrive

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

var (
	// ErrInsecureURL is matched by the error for a URL over which secrets would
	// be sent without encryption.
	ErrInsecureURL = errors.New("https is required; http is for a loopback host only")

	// ErrInvalidURL is matched by the error for any other URL that a client
	// cannot use.
	ErrInvalidURL = errors.New("not a usable URL")
)

// CheckURL returns nil if a client may use a URL: https, or http to a loopback
// host (localhost, 127.0.0.0/8, ::1), without user name, query or fragment.
// Otherwise the error matches ErrInsecureURL or ErrInvalidURL. It never contains
// the URL, which might contain a password.
func CheckURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return fmt.Errorf("%w: malformed", ErrInvalidURL)
	case u.User != nil:
		return fmt.Errorf("%w: it holds a user name or password", ErrInvalidURL)
	case u.Hostname() == "":
		return fmt.Errorf("%w: it names no host (https://host)", ErrInvalidURL)
	case u.RawQuery != "" || u.ForceQuery:
		return fmt.Errorf("%w: it holds a query", ErrInvalidURL)
	case strings.Contains(raw, "#"):
		return fmt.Errorf("%w: it holds a fragment", ErrInvalidURL)
	case u.Scheme == "https", u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	default:
		return ErrInsecureURL
	}
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
