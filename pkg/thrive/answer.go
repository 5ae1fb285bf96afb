package thrive

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"
)

// answer is what came back from one request.
type answer struct {
	status  int // 0: nothing came back
	header  http.Header
	body    []byte // at most maxBody+1 bytes
	broken  error  // why the answer is not complete, nil when it is
	trouble string // the same in words

	dress   *dress   // what was sent,
	secrets []string // and what else no text may show
}

func (a *answer) response() Response {
	return Response{Status: a.status, RequestID: requestID(a.header, a.clean)}
}

func (a *answer) ok() bool { return a.status >= 200 && a.status <= 299 }

// decode puts the JSON object of a 2xx answer into a struct. Every other answer
// becomes an *Error.
func (a *answer) decode(into any) error {
	if a.broken != nil || !a.ok() {
		return a.failure()
	}
	object, problem := a.object()
	if problem == "" {
		err := json.Unmarshal(object, into)
		// A field of an unexpected type is left out and the others are read: it
		// must not hide what the answer says about the account.
		if _, odd := errors.AsType[*json.UnmarshalTypeError](err); err == nil || odd {
			return nil
		}
		problem = a.notJSON()
	}
	e := a.failure()
	e.Message = problem
	return e
}

// failure describes an answer that is not a success.
func (a *answer) failure() *Error {
	e := &Error{
		Status:     a.status,
		Phrase:     http.StatusText(a.status),
		RequestID:  requestID(a.header, a.clean),
		RetryAfter: retryAfter(a.header),
		Class:      classOfStatus(a.status),
		Err:        a.broken,
	}
	if a.broken != nil {
		// A refusal is a refusal even if its explanation broke off. A success
		// whose confirmation broke off is not yet one.
		if a.status == 0 || a.ok() {
			e.Class = Transient
		}
		e.Message = a.clean(a.trouble, maxMessage)
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
	if phrase := a.clean(jsonText(body.Error), maxPhrase); phrase != "" {
		e.Phrase = phrase
	}
	message := body.Message
	if body.Error == nil && body.Message == nil {
		message = object // an unknown form: better all of it than nothing
	}
	e.Message = a.clean(jsonText(message), maxMessage)
	return e
}

// object returns the body if it looks like a JSON object, or else what is wrong.
func (a *answer) object() (object []byte, problem string) {
	object = bytes.TrimLeft(a.body, " \t\r\n")
	switch {
	case len(object) == 0:
		return nil, "the answer is empty"
	case len(a.body) > maxBody:
		return nil, "the answer is longer than 1 MiB"
	case object[0] != '{' && json.Valid(object):
		return nil, "the answer is JSON, but not an object"
	case object[0] != '{':
		return nil, a.notJSON()
	}
	return object, ""
}

func (a *answer) notJSON() string {
	media, _, err := mime.ParseMediaType(redact(a.header.Get("Content-Type"), a.secrets...))
	if err != nil || media == "" || strings.HasSuffix(media, "json") {
		return "the answer is not JSON"
	}
	return "the answer is not JSON but " + a.clean(media, maxPhrase)
}

func (a *answer) clean(text string, limit int) string {
	// A text shorter than the credential does not hold it: a request ID hardly
	// ever does, and it is part of every answer.
	if a.dress != nil && len(text) >= len(a.dress.credential) {
		text = redact(text, a.dress.forms...)
	}
	return oneLine(redact(text, a.secrets...), limit)
}

var jsonString = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// jsonText returns a string as it is, null as nothing, anything else as JSON:
// with its strings written anew, because a secret in which a server escaped
// more than it had to would not be found.
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
	return jsonString.ReplaceAllStringFunc(b.String(), func(quoted string) string {
		var s string
		_ = json.Unmarshal([]byte(quoted), &s) // Compact has found it valid
		return `"` + jsonEscaped(s) + `"`
	})
}

// readBody reads to the end, so that the connection can be used again, but not
// further than one byte beyond maxBody.
func readBody(resp *http.Response) ([]byte, error) {
	if n := resp.ContentLength; n > 0 && n <= maxBody {
		body := make([]byte, n)
		read, err := io.ReadFull(resp.Body, body)
		return body[:read], err
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
}
