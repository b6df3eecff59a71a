package main

import (
	"encoding/json"
	"fmt"
)

// Takes a message and returns a row, a JSON object whose keys are columns.
func exec_task(arg string) (string, error) {
	var reading struct {
		Sensor string  `json:"sensor"`
		Kelvin float64 `json:"kelvin"`
	}
	if err := json.Unmarshal([]byte(arg), &reading); err != nil {
		return "", fmt.Errorf("not a reading: %w", err)
	}
	if reading.Sensor == "" {
		return "", nil
	}
	row, err := json.Marshal(reading)
	return string(row), err
}
