package main

import (
	"fmt"
	"time"

	"example.org/energy/lib/meter"
)

// Band is the price band of a moment: F1 by day, F2 at its edges and on Saturdays, F3
// at night and on Sundays.
func band(at time.Time) string {
	hour := at.Hour()
	switch {
	case at.Weekday() == time.Sunday || hour < 7 || hour == 23:
		return "F3"
	case at.Weekday() == time.Saturday || hour == 7 || hour >= 19:
		return "F2"
	}
	return "F1"
}

func exec_task(arg string) (string, error) {
	reading, err := meter.Parse(arg)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`{"meter":%q,"kwh":%g,"band":%q}`, reading.Meter, reading.KWh, band(reading.At)), nil
}
