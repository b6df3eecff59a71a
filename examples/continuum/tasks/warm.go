package main

import (
	"encoding/json"
	"fmt"
)

// Readings below this many degrees are dropped.
const warm = 20

func exec_task(arg string) (string, error) {
	var reading struct {
		Celsius float64 `json:"celsius"`
	}
	if err := json.Unmarshal([]byte(arg), &reading); err != nil {
		return "", fmt.Errorf("not a reading: %w", err)
	}
	if reading.Celsius < warm {
		return "", nil
	}
	return arg, nil
}
