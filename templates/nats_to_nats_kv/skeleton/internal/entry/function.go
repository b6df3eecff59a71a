package entry

// Function is what exec_task may be.
type Function interface {
	func(string, string) (string, string) | func(string, string) (string, string, error)
}

// Task is the author's function in its full form.
type Task func(key, data string) (string, string, error)

// From takes either form of exec_task. Any other is a compile error that names
// both.
func From[F Function](function F) Task {
	switch function := any(function).(type) {
	case func(string, string) (string, string):
		return func(key, data string) (string, string, error) {
			key, data = function(key, data)
			return key, data, nil
		}
	case func(string, string) (string, string, error):
		return function
	}
	return nil // no other type satisfies Function
}
