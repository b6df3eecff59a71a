package main

import (
	"fmt"

	"example.org/energy/lib/meter"
)

// What the connection of the building carries.
const limit = 11_000

func exec_task(arg string) (string, error) {
	reading, err := meter.Parse(arg)
	if err != nil || reading.Watts < limit {
		return "", err
	}
	return fmt.Sprintf("%s: %.1f kW", reading.Meter, reading.Watts/1000), nil
}
