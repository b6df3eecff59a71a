package main

import (
	"encoding/json"
	"fmt"
)

// Readings below this many kelvin are dropped.
const warm = 293.15

// Takes a message and returns what is published: here the reading itself where it is
// warm, else nothing.
func exec_task(arg string) (string, error) {
	var reading struct {
		Kelvin *float64 `json:"kelvin"`
	}
	if err := json.Unmarshal([]byte(arg), &reading); err != nil {
		return "", fmt.Errorf("not a reading: %w", err)
	}
	if reading.Kelvin == nil || *reading.Kelvin < warm {
		return "", nil
	}
	return arg, nil
}
