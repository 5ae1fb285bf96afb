package thrive

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
)

// Unreachable reports whether the call did not get as far as a service that works: there
// was no connection, it broke before an answer or timed out, or a gateway says that there
// is nothing behind it (502, 503, 504). That is how an outage looks from a client, and it
// says nothing about the user.
//
// A host name that does not exist, a certificate that is not accepted and an answer that
// is not HTTP are none of this, because waiting does not help against them.
func (e *Error) Unreachable() bool {
	switch e.Status {
	case 0:
		return e.Class == Transient && isNoAnswer(e.Err)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return e.Class == Transient
	}
	return false
}

func isNoAnswer(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return !dns.IsNotFound
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return false
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return slices.Contains([]string{"dial", "read", "write"}, op.Op) // others are alerts of TLS
	}
	network, ok := errors.AsType[net.Error](err)
	return ok && network.Timeout()
}
