package thrivetest

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// answer is what will be sent; without a status the connection is cut.
type answer struct {
	status     int
	body       []byte
	mediaType  string // "": JSON
	retryAfter string
	challenge  string
	half       bool // announce the whole body, send half of it
}

// problem is the vendor's form of an error.
func problem(status int, message string) answer {
	b := append(make([]byte, 0, 128), `{"status":`...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, `,"error":`...)
	b = appendString(b, http.StatusText(status))
	b = append(b, `,"message":`...)
	b = appendString(b, message)
	return answer{status: status, body: append(b, '}')}
}

const page = "<!DOCTYPE html><html><body><h1>Please stand by</h1></body></html>"

// spoil does to a finished answer what happens on the way back.
func (a answer) spoil(f Fault) answer {
	switch f {
	case CutAfter:
		return answer{}
	case HalfBody:
		a.half = true
	case NotJSON:
		a.body, a.mediaType = []byte(page), "text/html; charset=utf-8"
	}
	return a
}

func (a answer) write(w http.ResponseWriter) {
	if a.status == 0 {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("Content-Type", orDefault(a.mediaType, "application/json"))
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.retryAfter != "" {
		h.Set("Retry-After", a.retryAfter)
	}
	if a.challenge != "" {
		h.Set("WWW-Authenticate", a.challenge)
	}
	body := a.body
	if a.half {
		body = body[:len(body)/2] // net/http then closes the connection
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // whoever left before the end has no use for an error
}

// The resources are built by hand: a benchmark drives many thousand calls per
// second through one server.

// appendString appends a JSON string.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string always encodes
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendField appends a member and a comma; "" is null, as in the vendor's API.
func appendField(b []byte, key, value string) []byte {
	b = append(b, '"')
	b = append(b, key...)
	b = append(b, '"', ':')
	if value == "" {
		b = append(b, "null"...)
	} else {
		b = appendString(b, value)
	}
	return append(b, ',')
}
