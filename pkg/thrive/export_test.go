package thrive

import (
	"crypto/x509"
	"net/http"
)

// Trust makes a client accept the certificates of a test server. Call it before the
// first call.
func (c *Client) Trust(roots *x509.CertPool) {
	for _, t := range []http.RoundTripper{c.http.Transport, c.fresh} {
		t.(*http.Transport).TLSClientConfig.RootCAs = roots
	}
}
