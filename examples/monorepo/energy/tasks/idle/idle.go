package main

import (
	"example.org/energy/lib/meter"
)

// Says which meter measures nothing: it may be broken, or a flat is empty.
func exec_task(arg string) (string, error) {
	reading, err := meter.Parse(arg)
	if err != nil || reading.Watts != 0 {
		return "", err
	}
	return reading.Meter, nil
}
