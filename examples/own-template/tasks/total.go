package main

import (
	"encoding/json"
	"errors"
	"fmt"
)

type line struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
	Cents int    `json:"cents"`
}

// Adds up an order, in cents. An order without lines is no order.
func exec_task(arg string) (string, error) {
	var order struct {
		ID    string `json:"id"`
		Lines []line `json:"lines"`
		Total int    `json:"total"`
	}
	if err := json.Unmarshal([]byte(arg), &order); err != nil {
		return "", fmt.Errorf("not an order: %w", err)
	}
	if order.ID == "" {
		return "", errors.New("an order without an id")
	}
	if len(order.Lines) == 0 {
		return "", nil
	}
	for _, line := range order.Lines {
		order.Total += line.Count * line.Cents
	}
	text, err := json.Marshal(order)
	return string(text), err
}
