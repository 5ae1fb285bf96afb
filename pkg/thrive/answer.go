package thrive

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// answer is the answer to one request, even if there was none.
type answer struct {
	status    int // 0: there was no answer
	header    http.Header
	body      []byte // at most limit+1 bytes
	limit     int    // the most bytes that are used
	cause     error  // why the answer is incomplete; nil if it is complete
	causeText string // the same for people, not sanitized
	http1     bool   // it came over HTTP/1.x
	err       error  // what decode returned

	secrets *redactor // removes what the request had of secrets
}

func (a *answer) response() Response {
	return Response{Status: a.status, RequestID: requestID(a.header, a.sanitize), RateLimit: rateLimit(a.header)}
}

func (a *answer) ok() bool { return a.status >= 200 && a.status <= 299 }

// refuses reports whether the API answered that it will not do this for this user.
// A 401 is about the credentials only.
func (a *answer) refuses() bool {
	if a.status == 0 || a.ok() {
		return false
	}
	class := classOfStatus(a.status)
	return class == Final || class == Forbidden
}

// decode reads the JSON object of a complete 2xx answer into a struct. For any
// other answer it returns an *Error.
func (a *answer) decode(into any) error {
	if a.cause != nil || !a.ok() {
		return a.toError()
	}
	object, problem := a.object()
	if problem == "" {
		err := json.Unmarshal(object, into)
		// A field of an unexpected type is skipped and the others are read: it
		// must not hide what the answer says about the account.
		if _, skipped := errors.AsType[*json.UnmarshalTypeError](err); err == nil || skipped {
			return nil
		}
		problem = a.notJSON()
	}
	e := a.toError()
	e.Message = problem
	return e
}

// toError returns the *Error for an answer that is not a success.
func (a *answer) toError() *Error {
	e := &Error{
		Status:     a.status,
		Phrase:     http.StatusText(a.status),
		RequestID:  requestID(a.header, a.sanitize),
		RetryAfter: retryAfter(a.header),
		RateLimit:  rateLimit(a.header),
		Class:      classOfStatus(a.status),
		Err:        a.cause,
	}
	if a.cause != nil {
		// The status of a failure is enough, even if its body is incomplete. A
		// success without its complete body is not yet one.
		if a.status == 0 || a.ok() {
			e.Class = Transient
		}
		e.Message = a.sanitize(a.causeText, maxMessage)
		return e
	}
	object, problem := a.object()
	var body struct {
		Error   json.RawMessage `json:"error"`
		Message json.RawMessage `json:"message"`
	}
	if problem == "" && json.Unmarshal(object, &body) != nil {
		problem = a.notJSON()
	}
	if problem != "" {
		e.Message = problem
		return e
	}
	if phrase := a.sanitize(jsonText(body.Error), maxPhrase); phrase != "" {
		e.Phrase = phrase
	}
	message := body.Message
	if body.Error == nil && body.Message == nil {
		message = object // an unknown form: show all of it
	}
	e.Message = a.sanitize(jsonText(message), maxMessage)
	return e
}

// object returns the body if it starts like a JSON object. Otherwise problem says
// what is wrong with it.
func (a *answer) object() (object []byte, problem string) {
	object = bytes.TrimLeft(a.body, " \t\r\n")
	switch {
	case len(object) == 0:
		return nil, "the answer is empty"
	case len(a.body) > a.limit:
		return nil, "the answer is longer than " + strconv.Itoa(a.limit>>20) + " MiB"
	case object[0] != '{' && json.Valid(object):
		return nil, "the answer is JSON, but not an object"
	case object[0] != '{':
		return nil, a.notJSON()
	}
	return object, ""
}

func (a *answer) notJSON() string {
	media, _, err := mime.ParseMediaType(a.secrets.redact(a.header.Get("Content-Type")))
	if err != nil || media == "" || strings.HasSuffix(media, "json") {
		return "the answer is not JSON"
	}
	return "the answer is not JSON but " + a.sanitize(media, maxPhrase)
}

// sanitize makes a text of the server safe to print: without secrets, in one line
// of at most limit runes.
func (a *answer) sanitize(text string, limit int) string {
	return oneLine(a.secrets.redact(text), limit)
}

// jsonText returns the value of a JSON string, "" for null, and compact JSON for
// any other value.
func jsonText(raw json.RawMessage) string {
	var s *string
	if len(raw) == 0 {
		return ""
	}
	if json.Unmarshal(raw, &s) == nil {
		if s == nil {
			return ""
		}
		return *s
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return ""
	}
	return b.String()
}

// readBody reads the whole body, so that the connection can be used again, but at
// most limit+1 bytes.
func readBody(resp *http.Response, limit int) ([]byte, error) {
	if n := resp.ContentLength; n > 0 && n <= int64(limit) {
		body := make([]byte, n)
		read, err := io.ReadFull(resp.Body, body)
		return body[:read], err
	}
	return io.ReadAll(io.LimitReader(resp.Body, int64(limit)+1))
}
