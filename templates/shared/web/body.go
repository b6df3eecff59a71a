//go:build wasip1

package web

import (
	"errors"
	"strconv"
	"unsafe"

	"task/internal/abi"
)

// What reading a body ends with.
var (
	ErrTooLarge   = errors.New("the body is too large")
	ErrUnreadable = errors.New("the body did not arrive whole")
)

const (
	readSize    = 64 << 10
	mostSkipped = 32 << 20
	writeSize   = 4096 // more than that blocking-write-and-flush refuses
)

// Body reads the request's body, whole or not at all: one that ends before its
// content-length is ErrUnreadable, since a provider may lose the rest without
// saying so. More than limit bytes are ErrTooLarge.
func (r *Request) Body(limit int) (string, error) {
	announced, known := r.length()
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
	for len(content) <= limit {
		read(stream, readSize, clear())
		if ended, failed := streamEnded(); failed || ended && known && len(content) < announced {
			return "", ErrUnreadable
		} else if ended {
			return unsafe.String(unsafe.SliceData(content), len(content)), nil
		}
		content = append(content, abi.String(wordAt(4), wordAt(8))...)
		abi.Release()
	}
	skip(stream)
	return "", ErrTooLarge
}

// length is what the header's content-length says.
func (r *Request) length() (length int, known bool) {
	fields := headers(r.handle)
	defer dropFields(fields)
	getField(fields, "content-length", clear())
	defer abi.Release()
	if wordAt(4) == 0 {
		return 0, false
	}
	first := *(*[2]uint32)(unsafe.Pointer(uintptr(wordAt(0)))) // of a list of lists
	length, err := strconv.Atoi(abi.String(first[0], first[1]))
	return length, err == nil
}

// skip reads on, within bounds: most clients look for an answer only after they
// have sent everything.
func skip(stream int32) {
	for skipped := 0; skipped < mostSkipped; {
		read(stream, readSize, clear())
		if ended, _ := streamEnded(); ended {
			return
		}
		skipped += int(wordAt(8))
		abi.Release()
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
