//go:build wasip1

package web

import "unsafe"

//go:wasmimport wasi:http/types@0.2.0 [method]incoming-request.method
func getMethod(request int32, result *[8]uint64)

//go:wasmimport wasi:http/types@0.2.0 [method]incoming-request.headers
func headers(request int32) int32

//go:wasmimport wasi:http/types@0.2.0 [method]incoming-request.consume
func consume(request int32, result *[8]uint64)

//go:wasmimport wasi:http/types@0.2.0 [resource-drop]incoming-request
func dropRequest(request int32)

//go:wasmimport wasi:http/types@0.2.0 [method]incoming-body.stream
func incomingStream(body int32, result *[8]uint64)

//go:wasmimport wasi:http/types@0.2.0 [resource-drop]incoming-body
func dropIncomingBody(body int32)

//go:wasmimport wasi:http/types@0.2.0 [constructor]fields
func newFields() int32

//go:wasmimport wasi:http/types@0.2.0 [resource-drop]fields
func dropFields(fields int32)

//go:wasmimport wasi:http/types@0.2.0 [method]fields.get
func getField(fields int32, name string, result *[8]uint64)

//go:wasmimport wasi:http/types@0.2.0 [method]fields.append
func appendField(fields int32, name, value string, result *[8]uint64)

//go:wasmimport wasi:http/types@0.2.0 [constructor]outgoing-response
func newResponse(fields int32) int32

//go:wasmimport wasi:http/types@0.2.0 [method]outgoing-response.set-status-code
func setStatus(response, status int32) int32

//go:wasmimport wasi:http/types@0.2.0 [method]outgoing-response.body
func outgoingBody(response int32, result *[8]uint64)

// A result<outgoing-response, error-code>: all that comes behind the response
// belongs to an error, which is never sent.
//
//go:wasmimport wasi:http/types@0.2.0 [static]response-outparam.set
func setResponse(out, isError, response, e0 int32, e1 int64, e2, e3, e4, e5 int32)

//go:wasmimport wasi:http/types@0.2.0 [method]outgoing-body.write
func outgoingStream(body int32, result *[8]uint64)

//go:wasmimport wasi:http/types@0.2.0 [static]outgoing-body.finish
func finish(body, hasTrailers, trailers int32, result *[8]uint64)

//go:wasmimport wasi:io/streams@0.2.0 [method]input-stream.blocking-read
func read(stream int32, size int64, result *[8]uint64)

//go:wasmimport wasi:io/streams@0.2.0 [resource-drop]input-stream
func dropInput(stream int32)

//go:wasmimport wasi:io/streams@0.2.0 [method]output-stream.blocking-write-and-flush
func write(stream int32, bytes string, result *[8]uint64)

//go:wasmimport wasi:io/streams@0.2.0 [resource-drop]output-stream
func dropOutput(stream int32)

//go:wasmimport wasi:io/error@0.2.0 [resource-drop]error
func dropError(handle int32)

// The one place where the host leaves results: large enough for each of them,
// aligned for 64 bits, and a package variable since Go moves stacks.
var result [8]uint64

func clear() *[8]uint64 {
	result = [8]uint64{}
	return &result
}

func byteAt(offset uintptr) uint8 {
	return *(*uint8)(unsafe.Add(unsafe.Pointer(&result), offset))
}

func wordAt(offset uintptr) uint32 {
	return *(*uint32)(unsafe.Add(unsafe.Pointer(&result), offset))
}

// streamEnded says whether the last call on a stream came back with a
// stream-error, and whether that is a failure and not the end.
func streamEnded() (ended, failed bool) {
	if byteAt(0) == 0 {
		return false, false
	}
	if byteAt(4) == 0 { // last-operation-failed, with a handle
		dropError(int32(wordAt(8)))
		return true, true
	}
	return true, false
}
