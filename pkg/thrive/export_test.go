package thrive

import (
	"crypto/x509"
	"net/http"
	"net/url"
)

// Trust makes a client accept the certificates of a test server. Call it before the
// first call.
func (c *Client) Trust(roots *x509.CertPool) {
	for _, t := range []http.RoundTripper{c.http.Transport, c.fresh} {
		t.(*http.Transport).TLSClientConfig.RootCAs = roots
	}
}

// UseProxy makes a client use a proxy for every host, also for those of this machine,
// for which no proxy of the environment is used. Call it before the first call.
func (c *Client) UseProxy(proxy *url.URL) {
	for _, t := range []http.RoundTripper{c.http.Transport, c.fresh} {
		t.(*http.Transport).Proxy = http.ProxyURL(proxy)
	}
}
