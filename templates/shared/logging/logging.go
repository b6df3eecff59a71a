//go:build wasip1

// Package logging writes to the host's log.
package logging

import "task/internal/abi"

//go:wasmimport wasi:logging/logging@0.1.0-draft log
func log(level uint32, context, message string)

// The levels that are used here, as wasi:logging numbers them.
const (
	levelWarn  = 3
	levelError = 4
)

// Warn says that something is odd, while the work was done. context is the
// component's name.
func Warn(context, message string) { log(levelWarn, context, abi.Text(message)) }

// Error says that the work could not be done.
func Error(context, message string) { log(levelError, context, abi.Text(message)) }
