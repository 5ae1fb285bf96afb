// Package delivery brings small documents about a run to other services: a chat, an alert
// receiver, a Pushgateway. It owns which addresses may be used, and the attempts. An address
// often has a token in its path, so it is handled like a secret: no text of this package has
// more of it than scheme and host.
package delivery

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// Address is where a document is delivered. As a text it has only scheme and host.
type Address struct {
	url  string // without the user
	base string // scheme and host
	user *url.Userinfo
}

// The reasons why an address cannot be used. They never have a part of it in them.
var (
	ErrMalformed = errors.New("it is not a URL such as https://host/path")
	ErrFragment  = errors.New("it has a fragment (#), which no service gets")
	ErrOpen      = errors.New("it is not https; http is only for this machine and for the inside of a network: a private address, a name without a dot, or one that ends in .svc, .local or .internal")
)

// ParseAddress reads an address: https, or http to a host that is not on the open internet.
// The error is one of this package.
func ParseAddress(text string) (Address, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Hostname() == "", u.Opaque != "":
		return Address{}, ErrMalformed
	case strings.Contains(text, "#"):
		return Address{}, ErrFragment
	case u.Scheme != "https" && (u.Scheme != "http" || !isInside(u.Hostname())):
		return Address{}, ErrOpen
	}
	a := Address{base: u.Scheme + "://" + u.Host, user: u.User}
	u.User = nil
	a.url = u.String()
	return a, nil
}

// isInside tells whether a host is this machine, or can only be one of a private network.
func isInside(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
	}
	host = "." + strings.TrimSuffix(strings.ToLower(host), ".")
	if strings.LastIndexByte(host, '.') == 0 {
		return true // a name without a domain
	}
	for _, inside := range []string{".svc", ".local", ".internal", ".localhost"} {
		if strings.HasSuffix(host, inside) {
			return true
		}
	}
	return false
}

// String returns scheme and host.
func (a Address) String() string { return a.base }

// GoString returns the same.
func (a Address) GoString() string { return a.base }

// URL returns the whole address without user name and password: a secret.
func (a Address) URL() string { return a.url }

// HasUser tells whether the address has a user name or a password.
func (a Address) HasUser() bool { return a.user != nil }

// HasQuery tells whether the address has a query.
func (a Address) HasQuery() bool { return strings.Contains(a.url, "?") }

// User returns the user name and the password for Basic authentication.
func (a Address) User() (name, password string) {
	password, _ = a.user.Password()
	return a.user.Username(), password
}
