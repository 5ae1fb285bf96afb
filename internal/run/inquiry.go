package run

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"sync"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/pace"
	"offboard/internal/tenant"
	"offboard/pkg/thrive"
)

// inquiry asks the tenant about the leavers of a check, through the engine of a run: at its
// pace, with its attempts, and with its patience in an outage. A page of the list is a task
// as a leaver is.
type inquiry struct {
	*connection
	conduct Conduct
	check   *tenant.Check
	full    bool    // read the list in any case
	leavers int     // of the whole plan, if others ask about some of them
	share   float64 // see tenant.Check.ByRef

	mu      sync.Mutex
	pages   int // that the list has, by the pages read so far; 0: that is not known
	last    int // users of the page that was read last
	largest int // users of the page that has most of them
	errors  map[string]error
	// A service that does not look at the number of a page would give one page for ever.
	ends     [2]thrive.Fact[string] // the IDs of the first and the last user of the page before
	repeated int                    // how many pages in a row were that of the page before
}

// ask asks about all leavers. If ctx ends first, the error is its cause. Another error is
// one of batch.Run, a *PageError, or tenant.ErrKnowsNobody.
func (q *inquiry) ask(intake, calls context.Context) error {
	if q.check.Len() == 0 {
		return nil
	}
	q.errors = map[string]error{}
	if err := q.readPages(intake, calls, 1, 1); err != nil {
		return err
	}
	if q.full || q.pages == 0 || !q.check.ByRef(q.pages, max(q.leavers, q.check.Len()), q.share) {
		if err := q.readList(intake, calls); err != nil {
			return err
		}
		q.check.Whole()
	}
	if err := q.readUsers(intake, calls, q.check.Unread(), "asking about leavers one by one"); err != nil {
		return err
	}
	for _, ref := range q.check.Witnesses() {
		one := func(yield func(string) bool) { yield(ref) }
		if err := q.readUsers(intake, calls, one, "asking about a user of the list"); err != nil {
			return err
		}
		if len(q.check.Witnesses()) == 0 {
			break
		}
	}
	return q.check.Finish()
}

// readList reads all pages of the list but the first. A page may say that there are more of
// them meanwhile. Where no page says how many there are, the first one without users ends
// the list.
func (q *inquiry) readList(intake, calls context.Context) error {
	for read := 1; ; {
		to := q.pages
		if to == 0 && q.last > 0 {
			to = read + 1
		}
		if to <= read {
			return nil
		}
		if err := q.readPages(intake, calls, read+1, to); err != nil {
			return err
		}
		if read = to; read >= mostPages || q.repeated >= mostRepeated && q.pages == 0 {
			return &EndlessListError{read}
		}
		if q.last == 0 {
			return nil // whatever the number of pages says
		}
	}
}

// mostPages is how many pages of the list are read at most: those of ten million users.
const mostPages = 10_000

// mostRepeated is how many pages in a row may be the same one. While users are added in
// front, a page may be that of the page before.
const mostRepeated = 10

// readPages reads some pages of the list.
func (q *inquiry) readPages(intake, calls context.Context, from, to int) error {
	tasks := func(yield func(leaver.Result, error) bool) {
		for n := from; n <= min(to, mostPages); n++ {
			if !yield(taskOf(strconv.Itoa(n)), nil) {
				return
			}
		}
	}
	return q.run(intake, calls, tasks, pageReader{q}, q.tookPage, to-from+1, "reading the list of users")
}

// readUsers reads users by ref.
func (q *inquiry) readUsers(intake, calls context.Context, refs iter.Seq[string], doing string) error {
	total := 0
	for range refs {
		total++
	}
	if total == 0 {
		return nil
	}
	tasks := func(yield func(leaver.Result, error) bool) {
		for ref := range refs {
			if !yield(taskOf(ref), nil) {
				return
			}
		}
	}
	return q.run(intake, calls, tasks, userReader{q}, q.tookUser, total, doing)
}

func taskOf(ref string) leaver.Result {
	return leaver.Result{Row: leaver.Row{Leaver: leaver.Leaver{Ref: ref}}, Outcome: leaver.Pending}
}

// run has the engine make the calls. took is told what became of each task.
func (q *inquiry) run(intake, calls context.Context, tasks iter.Seq2[leaver.Result, error], c batch.Caller, took func(leaver.Result) error, total int, doing string) error {
	p := NewProgress(nowhere{}, total, q.conduct.Now())
	p.Doing = doing
	defer q.conduct.Show(p)()
	// An outage, or credentials that are refused, have stopped the calls before the last
	// one has failed by that, and say better why.
	intake, stop := context.WithCancelCause(intake)
	defer stop(nil)
	return batch.Run(intake, calls, tasks, c, answers{took, stop, p}, batch.Options{
		Pace:        q.pace,
		Concurrency: min(q.conduct.Concurrency, mostReads),
		MaxAttempts: q.conduct.MaxAttempts,
		MaxFailures: q.conduct.MaxFailures,
		Proven:      true, // a read suspends nobody
		MaxOutage:   q.conduct.MaxOutage,
		Outages:     p.Outage,
		Closed:      p.Closed,
		Retrying:    p.retry,
		Grace:       Grace,
		Jitter:      q.conduct.Jitter,
		Log:         q.conduct.Log,
	})
}

// mostReads is how many reads are in flight at most: a page takes some megabytes while it
// is read.
const mostReads = 4

// tookPage takes what became of the read of a page. The check stops if the page could not be
// read: it would not know who is on it.
func (q *inquiry) tookPage(r leaver.Result) error {
	if r.Outcome == leaver.Pending {
		return nil // it was read, or the run stops
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return &PageError{Page: r.Ref, Reason: r.Reason, Err: q.errors[r.Ref]}
}

// tookUser takes what became of the read of a user.
func (q *inquiry) tookUser(r leaver.Result) error {
	const unread = "the account could not be read: "
	switch r.Outcome {
	case leaver.Pending:
	case leaver.NotFound:
		q.check.Absent(r.Ref)
	case leaver.Rejected:
		q.check.Failed(r.Ref, leaver.Finding{Outcome: leaver.Rejected, Reason: unread + r.Reason})
	default:
		q.check.Failed(r.Ref, leaver.Finding{Outcome: leaver.Failed, Reason: unread + r.Reason})
	}
	return nil
}

// pageReader reads a page of the list: the ref of a task is its number.
type pageReader struct{ *inquiry }

func (q pageReader) Call(ctx context.Context, l leaver.Leaver) batch.Answer {
	number, err := strconv.Atoi(l.Ref)
	if err != nil {
		return batch.Answer{Outcome: leaver.Rejected, Reason: err.Error()}
	}
	var began time.Time
	page, err := q.client.Users(pace.Noting(ctx, &began), number, thrive.MaxPerPage)
	if number > 1 && isNotFound(err) {
		// The list may have become shorter. Whether a page after its end is "not found" or has
		// no users is not documented. Whoever was on no page is read by ref.
		page, err = thrive.UserPage{Response: thrive.Response{Status: http.StatusNotFound}}, nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.errors[l.Ref] = err; err != nil {
		return readAnswer(thrive.Response{}, began, err)
	}
	q.check.Page(page)
	if n := len(page.Users); n > 0 {
		ends := [2]thrive.Fact[string]{page.Users[0].ID, page.Users[n-1].ID}
		_, known := ends[0].Get()
		if q.repeated++; !known || ends != q.ends || n != q.last {
			q.repeated = 0
		}
		q.ends = ends
	}
	q.last = len(page.Users)
	q.largest = max(q.largest, q.last)
	if pages, ok := tenant.Pages(page, q.largest); ok {
		q.pages = max(q.pages, pages)
	}
	return readAnswer(page.Response, began, nil)
}

// userReader reads a user by ref.
type userReader struct{ *inquiry }

func (q userReader) Call(ctx context.Context, l leaver.Leaver) batch.Answer {
	var began time.Time
	u, err := q.client.UserByRef(pace.Noting(ctx, &began), l.Ref)
	if err == nil {
		q.check.Read(l.Ref, u)
	}
	return readAnswer(u.Response, began, err)
}

// readAnswer translates the answer to a read for the engine. A leaver whose account was
// read is still pending.
func readAnswer(r thrive.Response, began time.Time, err error) batch.Answer {
	if err != nil {
		answer := answerTo(err)
		answer.Began = began
		return answer
	}
	return batch.Answer{Outcome: leaver.Pending, HTTPStatus: r.Status, RequestID: r.RequestID, Quota: pace.Quota(r.RateLimit), Began: began}
}

// answers is the recorder of an inquiry: it passes on what became of the tasks, and shows
// how many have an answer.
type answers struct {
	took     func(leaver.Result) error
	stop     func(error) // ends the inquiry
	progress *Progress
}

func (a answers) Record(results ...leaver.Result) error {
	for _, r := range results {
		if err := a.took(r); err != nil {
			a.stop(err)
		}
		if r.Outcome == leaver.Pending || r.Outcome == leaver.NotFound {
			r.Outcome = leaver.AlreadyInactive // as the display counts it: not failed
		}
		if err := a.progress.Record(r); err != nil {
			return err
		}
	}
	return nil
}

// nowhere keeps no results.
type nowhere struct{}

func (nowhere) Record(...leaver.Result) error { return nil }

// PageError says that a page of the list of users could not be read, so that the tenant
// could not be asked. It matches batch.ErrRefused if the credentials may not read.
type PageError struct {
	Page   string
	Reason string
	Err    error // of the client
}

// Error says which page it was, and why.
func (e *PageError) Error() string {
	return fmt.Sprintf("page %s of the list of users could not be read: %s", e.Page, e.Reason)
}

// Unwrap returns the error of the client.
func (e *PageError) Unwrap() error { return e.Err }

// NotFound reports whether the service has answered that there is no such list.
func (e *PageError) NotFound() bool { return isNotFound(e.Err) }

// isNotFound reports whether the answer is that there is no such thing, and can be believed.
func isNotFound(err error) bool {
	failure, ok := errors.AsType[*thrive.Error](err)
	return ok && failure.Status == http.StatusNotFound && failure.Class == thrive.Final
}

// Is reports whether target is batch.ErrRefused, and the credentials may not read.
func (e *PageError) Is(target error) bool {
	class := thrive.ClassOf(e.Err)
	return target == batch.ErrRefused && (class == thrive.Refused || class == thrive.Forbidden)
}

// EndlessListError says that the list of users does not come to an end.
type EndlessListError struct{ Pages int }

// Error says how many pages were read.
func (e *EndlessListError) Error() string {
	return fmt.Sprintf("the list of users did not end after %d pages", e.Pages)
}
