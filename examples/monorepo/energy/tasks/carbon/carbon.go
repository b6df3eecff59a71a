package main

import (
	"fmt"

	"example.org/energy/lib/meter"
)

// Grams of CO2 that a kilowatt-hour of the grid stands for.
const grams = 280.0

// What flows now, in grams an hour.
func exec_task(arg string) (string, error) {
	reading, err := meter.Parse(arg)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`{"meter":%q,"grams_per_hour":%.0f}`, reading.Meter, reading.Watts/1000*grams), nil
}
