package main

import (
	"fmt"

	"example.org/greenhouse/lib/reading"
)

// Seedlings are lost below this.
const limit = 3.0

func exec_task(arg string) (string, error) {
	r, err := reading.Parse(arg)
	if err != nil || r.Celsius >= limit {
		return "", err
	}
	return fmt.Sprintf("%s: %.1f °C, heat", r.Bench, r.Celsius), nil
}
