package main

import (
	"encoding/json"
	"fmt"
)

// Takes a message and returns a key and its value: here the last reading of each
// sensor.
func exec_task(key, data string) (string, string, error) {
	var reading struct {
		Sensor string `json:"sensor"`
	}
	if err := json.Unmarshal([]byte(data), &reading); err != nil {
		return "", "", fmt.Errorf("not a reading: %w", err)
	}
	return reading.Sensor, data, nil
}
