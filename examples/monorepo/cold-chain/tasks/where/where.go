package main

import (
	"fmt"

	"example.org/coldchain/lib/truck"
)

func exec_task(key, data string) (string, string, error) {
	state, err := truck.Parse(data)
	return state.Truck, fmt.Sprintf("%.5f,%.5f", state.Lat, state.Lon), err
}
