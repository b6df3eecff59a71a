//go:build wasip1

// Package relay takes an input through the task to the subject dest_topic.
package relay

import (
	"errors"
	"strings"

	"task/internal/config"
	"task/internal/logging"
	"task/internal/messaging"
	"task/internal/task"
)

// Relay is one task on its way from input to output.
type Relay struct {
	component string
	task      task.Task
}

// New makes a relay that logs under the component's name.
func New(component string, task task.Task) *Relay {
	return &Relay{component: component, task: task}
}

// Message takes a message through. Where someone waits for an answer, the result
// is sent there too.
func (r *Relay) Message(message messaging.Message) error {
	result, err := r.Process(message.Body)
	if err != nil || result == "" {
		return err
	}
	// Subjects that begin with $ are the server's: an acknowledgement is not ours to give.
	if message.ReplyTo == "" || strings.HasPrefix(message.ReplyTo, "$") {
		return nil
	}
	if err := messaging.Publish(message.ReplyTo, result); err != nil {
		r.Warn("the result is published, but its requester did not get it: " + err.Error())
	}
	return nil
}

// Warn writes to the log under the component's name.
func (r *Relay) Warn(text string) { logging.Warn(r.component, text) }

// Process runs the task on input and publishes its result, unless that is empty.
// A failure is logged here and comes back as a *Failure.
func (r *Relay) Process(input string) (string, error) {
	result, failure := r.process(input)
	if failure != nil {
		logging.Error(r.component, failure.Error()+failure.stack)
		return "", failure
	}
	return result, nil
}

func (r *Relay) process(input string) (string, *Failure) {
	limit, err := MaxPayload()
	if err != nil {
		return "", failed(Publishing, err)
	}
	if len(input) > limit {
		return "", failed(Input, tooLarge("the input", len(input), limit))
	}
	result, err := r.task.Call(input)
	if err != nil {
		return "", failed(Task, err)
	}
	if result == "" {
		return "", nil
	}
	if len(result) > limit {
		return "", failed(Publishing, tooLarge("the result", len(result), limit))
	}
	subject, err := config.Get("dest_topic")
	if err != nil {
		return "", failed(Publishing, err)
	}
	if err := messaging.Publish(subject, result); err != nil {
		return "", failed(Publishing, errors.New("to "+subject+": "+err.Error()))
	}
	return result, nil
}
