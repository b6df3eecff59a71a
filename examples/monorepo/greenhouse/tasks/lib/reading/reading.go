// Package reading is what the sensors of the greenhouse measure.
package reading

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// Reading is one measurement at a bench.
type Reading struct {
	Bench    string  `json:"bench"`
	Celsius  float64 `json:"celsius"`
	Humidity float64 `json:"humidity"` // relative, in percent
}

// Parse reads what Text has written.
func Parse(text string) (Reading, error) {
	var reading Reading
	if err := json.Unmarshal([]byte(text), &reading); err != nil {
		return reading, fmt.Errorf("not a reading: %w", err)
	}
	if reading.Bench == "" {
		return reading, errors.New("a reading without a bench")
	}
	return reading, nil
}

// Text is the reading as it goes from task to task.
func (r Reading) Text() (string, error) {
	text, err := json.Marshal(r)
	return string(text), err
}

// Saturation is the pressure in kPa at which air of that temperature is full of water.
func Saturation(celsius float64) float64 {
	return 0.6108 * math.Exp(17.27*celsius/(celsius+237.3))
}

// DewPoint is the temperature at which the air begins to drip, in °C.
func (r Reading) DewPoint() float64 {
	gamma := math.Log(r.Humidity/100) + 17.27*r.Celsius/(r.Celsius+237.3)
	return 237.3 * gamma / (17.27 - gamma)
}
