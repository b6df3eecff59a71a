//go:build wasip1

// Package entry takes a message through the task into a key-value bucket.
package entry

import (
	"errors"

	"task/internal/config"
	"task/internal/keyvalue"
	"task/internal/messaging"
	"task/internal/relay"
	"task/internal/task"
)

// Entry is one task on its way from a message to a key's value.
type Entry struct {
	component string
	task      Task
}

// New makes one that logs under the component's name.
func New(component string, task Task) *Entry {
	return &Entry{component: component, task: task}
}

// Message takes a message through. A failure is logged, and comes back.
func (e *Entry) Message(message messaging.Message) error {
	if failure := e.process(message); failure != nil {
		failure.Log(e.component)
		return failure
	}
	return nil
}

func (e *Entry) process(message messaging.Message) *relay.Failure {
	limit, err := relay.MaxPayload()
	if err != nil {
		return relay.Failed(relay.Storing, err)
	}
	if len(message.Body) > limit {
		return relay.Failed(relay.Input, relay.TooLarge("the input", len(message.Body), limit))
	}
	key, data := split(message.Subject, message.Body)
	err = task.Guard(func() (err error) {
		key, data, err = e.task(key, data)
		return err
	})
	if err != nil {
		return relay.Failed(relay.Task, err)
	}
	if key == "" {
		return nil
	}
	if len(data) > limit {
		return relay.Failed(relay.Storing, relay.TooLarge("the value", len(data), limit))
	}
	if err := check(key); err != nil {
		return relay.Failed(relay.Storing, err)
	}
	bucket, err := config.Get("bucket")
	if err != nil {
		return relay.Failed(relay.Storing, err)
	}
	if err := keyvalue.Set(key, data); err != nil {
		return relay.Failed(relay.Storing, errors.New("in "+bucket+": "+err.Error()))
	}
	return nil
}
