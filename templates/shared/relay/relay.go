//go:build wasip1

// Package relay takes an input through the task to where its result belongs.
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
	out       func(result string) error
	stage     Stage // what out is
}

// New makes a relay to the subject dest_topic. It logs under the component's name.
func New(component string, task task.Task) *Relay {
	return &Relay{component: component, task: task, out: publish, stage: Publishing}
}

// Into makes a relay to whatever store does with a result.
func Into(component string, task task.Task, store func(result string) error) *Relay {
	return &Relay{component: component, task: task, out: store, stage: Storing}
}

func publish(result string) error {
	subject, err := config.Get("dest_topic")
	if err != nil {
		return err
	}
	if err := messaging.Publish(subject, result); err != nil {
		return errors.New("to " + subject + ": " + err.Error())
	}
	return nil
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

// Take takes a message through, and answers nobody.
func (r *Relay) Take(message messaging.Message) error {
	_, err := r.Process(message.Body)
	return err
}

// Warn writes to the log under the component's name.
func (r *Relay) Warn(text string) { logging.Warn(r.component, text) }

// Process runs the task on input and sends its result out, unless that is empty.
// A failure is logged here and comes back as a *Failure.
func (r *Relay) Process(input string) (string, error) {
	result, failure := r.process(input)
	if failure != nil {
		failure.Log(r.component)
		return "", failure
	}
	return result, nil
}

func (r *Relay) process(input string) (string, *Failure) {
	limit, err := MaxPayload()
	if err != nil {
		return "", Failed(r.stage, err)
	}
	if len(input) > limit {
		return "", Failed(Input, TooLarge("the input", len(input), limit))
	}
	result, err := r.task.Call(input)
	if err != nil {
		return "", Failed(Task, err)
	}
	if result == "" {
		return "", nil
	}
	if len(result) > limit {
		return "", Failed(r.stage, TooLarge("the result", len(result), limit))
	}
	if err := r.out(result); err != nil {
		return "", Failed(r.stage, err)
	}
	return result, nil
}
