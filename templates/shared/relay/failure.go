//go:build wasip1

package relay

import (
	"task/internal/logging"
	"task/internal/task"
)

// Stage is where an input came to an end.
type Stage string

const (
	// Input is what came in: it is larger than max_payload.
	Input Stage = "input refused"
	// Task is the author's function: an error, or a panic.
	Task Stage = "task failed"
	// Publishing is the way out: the configuration, the result's size, the provider.
	Publishing Stage = "result not published"
	// Storing is the way into a bucket or a table.
	Storing Stage = "result not stored"
)

// Failure is an input whose result went nowhere.
type Failure struct {
	Stage Stage
	cause error
	stack string // of a panic, for the log alone
}

func (f *Failure) Error() string { return string(f.Stage) + ": " + f.cause.Error() }

// Log writes the failure to the log, under the component's name.
func (f *Failure) Log(component string) { logging.Error(component, f.Error()+f.stack) }

// Failed is a failure at a stage.
func Failed(stage Stage, cause error) *Failure {
	failure := &Failure{Stage: stage, cause: cause}
	if panicked, ok := cause.(*task.Panic); ok {
		failure.stack = panicked.Stack
	}
	return failure
}
