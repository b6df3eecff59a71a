package main

import (
	"example.org/greenhouse/lib/reading"
)

func exec_task(key, data string) (string, string, error) {
	r, err := reading.Parse(data)
	return r.Bench, data, err
}
