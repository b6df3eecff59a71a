//go:build wasip1

// Package logging writes to the host's log.
package logging

//go:wasmimport wasi:logging/logging@0.1.0-draft log
func log(level uint32, context, message string)

// The levels that are used here, as wasi:logging numbers them.
const (
	warn  = 3
	error = 4
)

// Warn says that something is odd, while the work was done. context is the
// component's name.
func Warn(context, message string) { log(warn, context, message) }

// Error says that the work could not be done.
func Error(context, message string) { log(error, context, message) }
