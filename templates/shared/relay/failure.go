//go:build wasip1

package relay

import "task/internal/task"

// Stage is where an input came to an end.
type Stage string

const (
	// Input is what came in: it is larger than max_payload.
	Input Stage = "input refused"
	// Task is the author's function: an error, or a panic.
	Task Stage = "task failed"
	// Publishing is the way out: the configuration, the result's size, the provider.
	Publishing Stage = "result not published"
)

// Failure is an input without a published result.
type Failure struct {
	Stage Stage
	cause error
	stack string // of a panic, for the log alone
}

func (f *Failure) Error() string { return string(f.Stage) + ": " + f.cause.Error() }

func failed(stage Stage, cause error) *Failure {
	failure := &Failure{Stage: stage, cause: cause}
	if panicked, ok := cause.(*task.Panic); ok {
		failure.stack = panicked.Stack
	}
	return failure
}
