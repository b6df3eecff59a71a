//go:build wasip1

// Package messaging takes messages in and sends them.
package messaging

import (
	"errors"
	"strings"
	"unsafe"

	"task/internal/abi"
)

// Message is one that came in. ReplyTo is empty where no one waits for an answer.
type Message struct {
	Subject string
	Body    string
	ReplyTo string
}

//go:wasmimport wasmcloud:messaging/consumer@0.2.0 publish
func publish(subject, body string, hasReplyTo uint32, replyTo string, result *[3]uint32)

// result<_, string>, each in a package variable since Go moves stacks.
var (
	published [3]uint32
	handled   [3]uint32
	reason    string // the host reads it after handle-message has returned
)

// Publish sends body to subject.
func Publish(subject, body string) error {
	published = [3]uint32{}
	publish(subject, body, 0, "", &published)
	if uint8(published[0]) == 0 {
		return nil
	}
	text := abi.String(published[1], published[2])
	abi.Release()
	return errors.New(text)
}

var handler func(Message) error

// Handle names the function that every message is given to.
func Handle(function func(Message) error) { handler = function }

//go:wasmexport wasmcloud:messaging/handler@0.2.0#handle-message
func handleMessage(subject, body string, hasReplyTo uint32, replyTo string) unsafe.Pointer {
	message := Message{Subject: strings.Clone(subject), Body: strings.Clone(body)}
	if hasReplyTo != 0 {
		message.ReplyTo = strings.Clone(replyTo)
	}
	abi.Release()
	handled, reason = [3]uint32{}, ""
	if err := handler(message); err != nil {
		reason = abi.Text(err.Error())
		handled = [3]uint32{1, uint32(uintptr(unsafe.Pointer(unsafe.StringData(reason)))), uint32(len(reason))}
	}
	return unsafe.Pointer(&handled)
}
