package thrive

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

var (
	// ErrInsecureURL is matched by the error for an address that would send
	// secrets in the clear.
	ErrInsecureURL = errors.New("https is required; http is for a loopback host only")

	// ErrInvalidURL is matched by the error for an address that cannot be the
	// base of a call.
	ErrInvalidURL = errors.New("not a usable URL")
)

// CheckURL says whether an address may be called: https, or http to a loopback
// host (localhost, 127.0.0.0/8, ::1). The error matches ErrInsecureURL or
// ErrInvalidURL and never repeats the address, which might hold a password.
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
