package run

import "context"

// Await returns what f returns, or the cause of ctx's end if ctx ends first. It is
// for reads that cannot be cancelled, such as those of a pipe: f then goes on in
// its goroutine until it returns or the process ends.
func Await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	// The goroutine sends one result, and Await receives it unless ctx ends first.
	// The buffer lets the goroutine end in either case.
	results := make(chan result, 1)
	go func() {
		value, err := f()
		results <- result{value, err}
	}()
	select {
	case r := <-results:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
