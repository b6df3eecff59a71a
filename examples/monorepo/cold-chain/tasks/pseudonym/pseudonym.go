package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"example.org/coldchain/lib/truck"
)

// Customers may see where a truck is, and not who drives it.
func exec_task(arg string) (string, error) {
	state, err := truck.Parse(arg)
	if err != nil {
		return "", err
	}
	if state.Driver != "" {
		sum := sha256.Sum256([]byte(state.Truck + "/" + state.Driver))
		state.Driver = hex.EncodeToString(sum[:4])
	}
	text, err := json.Marshal(state)
	return string(text), err
}
