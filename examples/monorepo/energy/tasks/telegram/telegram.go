package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"example.org/energy/lib/meter"
)

// Lines of a telegram: `1-0:1.8.0(001234.567*kWh)`.
var line = regexp.MustCompile(`^\d-\d:(\d+\.\d+\.\d+)\(([^*)]*)`)

// Takes a telegram: the meter, the time, and then a line for each figure.
func exec_task(arg string) (string, error) {
	lines := strings.Fields(arg)
	if len(lines) < 2 {
		return "", fmt.Errorf("%d lines are no telegram", len(lines))
	}
	at, err := time.Parse(time.RFC3339, lines[1])
	if err != nil {
		return "", fmt.Errorf("no time: %w", err)
	}
	reading := meter.Reading{Meter: lines[0], At: at}
	figures := map[string]*float64{"1.8.0": &reading.KWh, "1.7.0": &reading.Watts}
	for _, text := range lines[2:] {
		found := line.FindStringSubmatch(text)
		if found == nil || figures[found[1]] == nil {
			continue
		}
		if *figures[found[1]], err = strconv.ParseFloat(found[2], 64); err != nil {
			return "", fmt.Errorf("%s: %w", found[1], err)
		}
	}
	return reading.Text()
}
