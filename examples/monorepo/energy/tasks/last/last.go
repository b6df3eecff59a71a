package main

import (
	"strconv"

	"example.org/energy/lib/meter"
)

func exec_task(key, data string) (string, string, error) {
	reading, err := meter.Parse(data)
	return reading.Meter, strconv.FormatFloat(reading.KWh, 'f', 3, 64), err
}
