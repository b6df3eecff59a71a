// Package meter is what the electricity meters of a building say.
package meter

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Reading is what a meter counted up to a moment, and what flows then.
type Reading struct {
	Meter string    `json:"meter"`
	At    time.Time `json:"at"`
	KWh   float64   `json:"kwh"`
	Watts float64   `json:"watts"`
}

// Parse reads what Text has written.
func Parse(text string) (Reading, error) {
	var reading Reading
	if err := json.Unmarshal([]byte(text), &reading); err != nil {
		return reading, fmt.Errorf("not a meter's reading: %w", err)
	}
	if reading.Meter == "" || reading.At.IsZero() {
		return reading, errors.New("a reading has a meter and a time")
	}
	return reading, nil
}

// Text is the reading as it goes from task to task.
func (r Reading) Text() (string, error) {
	text, err := json.Marshal(r)
	return string(text), err
}
