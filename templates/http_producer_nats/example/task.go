package main

import (
	"encoding/json"
	"fmt"
)

type reading struct {
	Sensor  string   `json:"sensor"`
	Celsius *float64 `json:"celsius"`
}

// Takes the body of a POST, a reading in Celsius, and returns it in kelvin.
func exec_task(arg string) (string, error) {
	var in reading
	if err := json.Unmarshal([]byte(arg), &in); err != nil {
		return "", fmt.Errorf("not a reading: %w", err)
	}
	if in.Celsius == nil {
		return "", fmt.Errorf("not a reading: it has no celsius")
	}
	return fmt.Sprintf(`{"sensor":%q,"kelvin":%.2f}`, in.Sensor, *in.Celsius+273.15), nil
}
