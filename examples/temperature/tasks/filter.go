package main

import (
	"encoding/json"
	"log"
)

// Readings below this many kelvin are dropped.
const warm = 293.15

func exec_task(arg string) string {
	var reading struct {
		Kelvin float64 `json:"kelvin"`
	}
	if err := json.Unmarshal([]byte(arg), &reading); err != nil {
		log.Printf("not a reading: %v", err)
		return ""
	}
	if reading.Kelvin < warm {
		return ""
	}
	return arg
}
