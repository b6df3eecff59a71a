package main

import (
	"fmt"

	"example.org/coldchain/lib/truck"
)

// Above this, milk has to be thrown away.
const limit = 8.0

func exec_task(arg string) (string, error) {
	state, err := truck.Parse(arg)
	if err != nil || state.Celsius <= limit {
		return "", err
	}
	return fmt.Sprintf("%s: %.1f °C", state.Truck, state.Celsius), nil
}
