//go:build wasip1

// Package row puts JSON objects into a table.
package row

import (
	"errors"
	"strings"

	"task/internal/config"
	"task/internal/postgres"
)

// Insert puts object into the table of the configuration.
func Insert(object string) error {
	table, err := config.Get("table")
	if err != nil {
		return err
	}
	key, _, err := config.Lookup("key_column")
	if err != nil {
		return err
	}
	statement, err := statement(table, key, object)
	if err != nil {
		return err
	}
	if err := postgres.Exec(statement, object); err != nil {
		return errors.New("in " + table + ": " + err.Error() + advice(err.Error()))
	}
	return nil
}

// advice is what to do about what the database says.
func advice(said string) string {
	switch {
	case !strings.Contains(said, "column") && strings.Contains(said, "relation") && strings.Contains(said, "does not exist"):
		return "; create the table: a task makes none"
	case strings.Contains(said, "ON CONFLICT"):
		return "; give the key_column a unique index"
	}
	return ""
}
