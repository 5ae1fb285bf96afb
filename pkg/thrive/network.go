package thrive

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"syscall"
)

// noAnswer says why there is no complete answer. The system's own words, such as "EOF" or
// "no such host", stand behind words that say what they mean here.
func noAnswer(err error) string {
	const text = "no complete answer: "
	_, unknown := errors.AsType[*net.DNSError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case unknown:
		return text + "the name of the host cannot be looked up: " + err.Error()
	case certificate:
		return text + "the certificate of the host is not accepted: " + err.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return text + "nothing at this address accepts connections: " + err.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return text + "the connection was closed in the middle of it"
	}
	return text + err.Error()
}
