package main

import (
	"example.org/greenhouse/lib/reading"
)

// Drops what no greenhouse has: a sensor that is broken says such things.
func exec_task(arg string) (string, error) {
	r, err := reading.Parse(arg)
	if err != nil {
		return "", err
	}
	if r.Celsius < -30 || r.Celsius > 60 || r.Humidity <= 0 || r.Humidity > 100 {
		return "", nil
	}
	return arg, nil
}
