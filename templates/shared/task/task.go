// Package task calls the author's function.
package task

import (
	"runtime"
	"strconv"
	"strings"
)

// Function is what exec_task may be.
type Function interface {
	func(string) string | func(string) (string, error)
}

// Task is the author's function in its full form.
type Task func(string) (string, error)

// From takes either form of exec_task. Any other is a compile error that names
// both.
func From[F Function](function F) Task {
	switch function := any(function).(type) {
	case func(string) string:
		return func(input string) (string, error) { return function(input), nil }
	case func(string) (string, error):
		return function
	}
	return nil // no other type satisfies Function
}

// Panic is the error of a function that panicked.
type Panic struct {
	// What was given to panic.
	Text string
	// The author's part of the stack: a line for each call, innermost first, each
	// after a line break.
	Stack string
}

func (p *Panic) Error() string { return "panic: " + p.Text }

// Call runs the task on input. A panic comes back as a *Panic.
func (task Task) Call(input string) (output string, err error) {
	err = Guard(func() (err error) {
		output, err = task(input)
		return err
	})
	return output, err
}

// Guard runs call. A panic comes back as a *Panic.
func Guard(call func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &Panic{Text: text(value), Stack: authorsStack()}
		}
	}()
	return call()
}

// text is what a panic was about, without package fmt: that is half a megabyte
// in every component.
func text(value any) (text string) {
	defer func() {
		if recover() != nil { // an Error method of the author's that panics
			text = "a value that cannot be printed"
		}
	}()
	switch value := value.(type) {
	case error:
		return value.Error()
	case interface{ String() string }:
		return value.String()
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case int:
		return strconv.Itoa(value)
	case float64:
		return strconv.FormatFloat(value, 'g', -1, 64)
	}
	return "a value of a type that is no error, string or number"
}

// authorsStack lists the calls within the author's file, which the compiler knows
// under its own path.
func authorsStack() string {
	counters := make([]uintptr, 64)
	frames := runtime.CallersFrames(counters[:runtime.Callers(0, counters)])
	var stack strings.Builder
	for {
		frame, more := frames.Next()
		// -trimpath puts the module's name before the path.
		file := strings.TrimPrefix(strings.TrimPrefix(frame.File, "./"), "task/")
		if strings.HasPrefix(file, "tasks/") {
			name := strings.TrimPrefix(frame.Function, "main.")
			stack.WriteString("\n  at " + name + " (" + file + ":" + strconv.Itoa(frame.Line) + ")")
		}
		if !more {
			return stack.String()
		}
	}
}
