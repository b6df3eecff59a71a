package main

import (
	"encoding/json"
	"fmt"
)

// A message has no key of its own here, so `key` is its subject and `data` its text.
func exec_task(key, data string) (string, string, error) {
	var reading struct {
		Sensor  string   `json:"sensor"`
		Celsius *float64 `json:"celsius"`
	}
	if err := json.Unmarshal([]byte(data), &reading); err != nil {
		return "", "", fmt.Errorf("not a reading, on %s: %w", key, err)
	}
	if reading.Celsius == nil {
		return "", "", nil
	}
	return reading.Sensor, fmt.Sprintf("%.1f", *reading.Celsius), nil
}
