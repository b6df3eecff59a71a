package main

import (
	"fmt"
	"strconv"
	"strings"

	"example.org/greenhouse/lib/reading"
)

// Takes a line as the sensors post it, `bench-3;21.5;63`.
func exec_task(arg string) (string, error) {
	fields := strings.Split(strings.TrimSpace(arg), ";")
	if len(fields) != 3 {
		return "", fmt.Errorf("%d fields instead of bench;celsius;humidity", len(fields))
	}
	celsius, err := strconv.ParseFloat(fields[1], 64)
	if err != nil {
		return "", fmt.Errorf("no temperature: %w", err)
	}
	humidity, err := strconv.ParseFloat(fields[2], 64)
	if err != nil {
		return "", fmt.Errorf("no humidity: %w", err)
	}
	return reading.Reading{Bench: fields[0], Celsius: celsius, Humidity: humidity}.Text()
}
