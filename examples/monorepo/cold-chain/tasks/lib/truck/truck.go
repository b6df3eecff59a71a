// Package truck is what a refrigerated truck says of itself.
package truck

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// State is one message of a truck.
type State struct {
	Truck   string  `json:"truck"`
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
	Celsius float64 `json:"celsius"`
	Door    string  `json:"door,omitempty"` // open, closed
	Driver  string  `json:"driver,omitempty"`
}

// Parse reads a message.
func Parse(text string) (State, error) {
	var state State
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		return state, fmt.Errorf("not a truck's message: %w", err)
	}
	if state.Truck == "" {
		return state, errors.New("a message of no truck")
	}
	return state, nil
}

// Kilometres is the way to a place as the crow flies.
func (s State) Kilometres(lat, lon float64) float64 {
	const earth, degree = 6371, math.Pi / 180
	a := math.Sin((lat - s.Lat) * degree / 2)
	b := math.Sin((lon - s.Lon) * degree / 2)
	return 2 * earth * math.Asin(math.Sqrt(a*a+math.Cos(s.Lat*degree)*math.Cos(lat*degree)*b*b))
}
