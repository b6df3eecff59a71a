package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

type row struct {
	ID       string      `json:"id"`
	Meter    int         `json:"meter"`
	Measured time.Time   `json:"measured"`
	KWh      json.Number `json:"kwh"`
}

// A reading that comes twice is one row: its id is made from meter and time.
func exec_task(arg string) (string, error) {
	var reading struct {
		Meter int         `json:"meter"`
		At    time.Time   `json:"at"`
		KWh   json.Number `json:"kwh"`
	}
	if err := json.Unmarshal([]byte(arg), &reading); err != nil {
		return "", fmt.Errorf("not a reading: %w", err)
	}
	if reading.Meter == 0 || reading.At.IsZero() {
		return "", errors.New("a reading has a meter and a time")
	}
	if reading.KWh == "" {
		return "", nil
	}
	at := reading.At.UTC()
	id := fmt.Sprintf("%d-%s", reading.Meter, at.Format("20060102T150405Z"))
	text, err := json.Marshal(row{id, reading.Meter, at, reading.KWh})
	return string(text), err
}
