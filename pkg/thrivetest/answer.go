package thrivetest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// answer is the answer to a request. If its status is 0 the connection is closed
// without one.
type answer struct {
	status     int
	body       []byte
	mediaType  string // "": application/json
	retryAfter string
	challenge  string // WWW-Authenticate
	half       bool   // send half of the body under the Content-Length of all of it
	extra      *extra // nil: send the answer once
}

// problem returns an error in the vendor's form.
func problem(status int, message string) answer {
	b := append(make([]byte, 0, 128), `{"status":`...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, `,"error":`...)
	b = appendString(b, http.StatusText(status))
	b = append(b, `,"message":`...)
	b = appendString(b, message)
	return answer{status: status, body: append(b, '}')}
}

const webPage = "<!DOCTYPE html><html><body><h1>Please stand by</h1></body></html>"

// damaged returns the answer to a call on a ref after a fault that affects answers.
func (a answer) damaged(f Fault, ref string) answer {
	switch f {
	case CutAfter:
		return answer{}
	case HalfBody:
		a.half = true
	case NotJSON:
		a.body, a.mediaType = []byte(webPage), "text/html; charset=utf-8"
	case AnotherRef:
		a = a.withRefs(ref, ref+"-other")
	case NoRef:
		a = a.withRefs(ref)
	case TwoRefs:
		a = a.withRefs(ref, ref, ref)
	}
	return a
}

// withRefs returns the answer with these refs in the place of ref. A refusal has
// none to replace.
func (a answer) withRefs(ref string, refs ...string) answer {
	var fields []byte
	for _, r := range refs {
		fields = appendField(fields, "ref", r)
	}
	a.body = bytes.Replace(a.body, appendField(nil, "ref", ref), fields, 1)
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
	_, _ = w.Write(body) // an error means that the client has closed the connection
	if a.extra != nil {
		_ = http.NewResponseController(w).Flush()
		a.extra.send(a)
	}
}

// The functions below build JSON by hand, so that the server does not slow down a
// benchmark of a client.

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

// appendField appends a member of an object and a comma. An empty value is null,
// as in the vendor's API.
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
