package main

import (
	"fmt"

	"example.org/greenhouse/lib/reading"
)

func exec_task(arg string) (string, error) {
	r, err := reading.Parse(arg)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`{"bench":%q,"dewpoint":%.1f}`, r.Bench, r.DewPoint()), nil
}
