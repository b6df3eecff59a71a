package main

import (
	"strings"

	"example.org/coldchain/lib/truck"
)

func exec_task(arg string) (string, error) {
	state, err := truck.Parse(arg)
	if err != nil || !strings.EqualFold(state.Door, "open") {
		return "", err
	}
	return state.Truck + ": the door is open", nil
}
