package main

import (
	"encoding/json"
	"fmt"

	"github.com/montanaflynn/stats"
)

type summary struct {
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
	Spread float64 `json:"spread"`
}

// Takes the readings of a window, a list of numbers.
func exec_task(arg string) (string, error) {
	var readings []float64
	if err := json.Unmarshal([]byte(arg), &readings); err != nil {
		return "", fmt.Errorf("not a list of numbers: %w", err)
	}
	if len(readings) == 0 {
		return "", nil
	}
	median, err := stats.Median(readings)
	if err != nil {
		return "", err
	}
	p95, err := stats.PercentileNearestRank(readings, 95)
	if err != nil {
		return "", err
	}
	spread, err := stats.InterQuartileRange(readings)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(summary{median, p95, spread})
	return string(text), err
}
