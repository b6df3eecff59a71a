package main

import (
	"fmt"

	"example.org/greenhouse/lib/reading"
)

// Within this many degrees of the dew point, leaves stay wet.
const margin = 2.0

func exec_task(arg string) (string, error) {
	r, err := reading.Parse(arg)
	if err != nil || r.Celsius-r.DewPoint() >= margin {
		return "", err
	}
	return fmt.Sprintf("%s: %.0f %% humidity, open the roof", r.Bench, r.Humidity), nil
}
