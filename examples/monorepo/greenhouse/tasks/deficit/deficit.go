package main

import (
	"fmt"

	"example.org/greenhouse/lib/reading"
)

// What the air could still take up, in kPa: plants drink by it.
func exec_task(arg string) (string, error) {
	r, err := reading.Parse(arg)
	if err != nil {
		return "", err
	}
	deficit := reading.Saturation(r.Celsius) * (1 - r.Humidity/100)
	return fmt.Sprintf(`{"bench":%q,"deficit":%.2f}`, r.Bench, deficit), nil
}
