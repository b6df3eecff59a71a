package main

import (
	"errors"

	"example.org/coldchain/lib/truck"
)

// Lets in what is a truck's message at a place on earth.
func exec_task(arg string) (string, error) {
	state, err := truck.Parse(arg)
	if err != nil {
		return "", err
	}
	if state.Lat < -90 || state.Lat > 90 || state.Lon < -180 || state.Lon > 180 {
		return "", errors.New("that is nowhere on earth")
	}
	return arg, nil
}
