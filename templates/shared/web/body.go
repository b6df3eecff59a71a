//go:build wasip1

package web

import (
	"errors"
	"unsafe"

	"task/internal/abi"
)

// What reading a body ends with.
var (
	ErrTooLarge   = errors.New("the body is too large")
	ErrUnreadable = errors.New("the body cannot be read")
)

const (
	readSize  = 64 << 10
	writeSize = 4096 // more than that blocking-write-and-flush refuses
)

// Body reads the request's body. It gives up with ErrTooLarge as soon as there
// are more than limit bytes.
func (r *Request) Body(limit int) (string, error) {
	consume(r.handle, clear())
	if byteAt(0) != 0 {
		return "", ErrUnreadable
	}
	body := int32(wordAt(4))
	defer dropIncomingBody(body)
	incomingStream(body, clear())
	if byteAt(0) != 0 {
		return "", ErrUnreadable
	}
	stream := int32(wordAt(4))
	defer dropInput(stream)

	var content []byte
	for {
		read(stream, int64(min(readSize, limit+1-len(content))), clear())
		if ended, failed := streamEnded(); failed {
			return "", ErrUnreadable
		} else if ended {
			return unsafe.String(unsafe.SliceData(content), len(content)), nil
		}
		content = append(content, abi.String(wordAt(4), wordAt(8))...)
		abi.Release()
		if len(content) > limit {
			return "", ErrTooLarge
		}
	}
}

// send answers a request. A client that is gone is nobody to tell.
func send(out int32, answer Response) {
	fields := newFields()
	for _, field := range answer.Fields {
		appendField(fields, field.Name, field.Value, clear())
	}
	response := newResponse(fields)
	setStatus(response, int32(answer.Status))
	outgoingBody(response, clear())
	body := int32(wordAt(4))
	setResponse(out, 0, response, 0, 0, 0, 0, 0, 0)

	outgoingStream(body, clear())
	stream := int32(wordAt(4))
	for rest := answer.Body; rest != ""; {
		piece := rest[:min(len(rest), writeSize)]
		rest = rest[len(piece):]
		write(stream, piece, clear())
		if ended, _ := streamEnded(); ended {
			break
		}
	}
	dropOutput(stream)
	finish(body, 0, 0, clear())
	abi.Release()
}
