//go:build wasip1

// Package web takes HTTP requests in.
package web

import (
	"task/internal/abi"
)

// Request is one that came in. Its body is read by Body, at most once.
type Request struct {
	Method string
	handle int32
}

// Response is the answer. Fields are the header's, in their order.
type Response struct {
	Status int
	Fields []Field
	Body   string
}

// Field is one of a header's.
type Field struct{ Name, Value string }

var handler func(*Request) Response

// Handle names the function that every request is given to.
func Handle(function func(*Request) Response) { handler = function }

//go:wasmexport wasi:http/incoming-handler@0.2.0#handle
func handle(request, responseOut int32) {
	response := handler(&Request{Method: method(request), handle: request})
	dropRequest(request)
	send(responseOut, response)
}

// The order of wasi:http's variant; what is not in it comes as text.
var methods = [...]string{"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}

func method(request int32) string {
	getMethod(request, clear())
	if tag := byteAt(0); int(tag) < len(methods) {
		return methods[tag]
	}
	name := abi.String(wordAt(4), wordAt(8))
	abi.Release()
	return name
}
