//go:build wasip1

// Package postgres runs statements in a PostgreSQL database.
package postgres

import (
	"errors"
	"unsafe"

	"task/internal/abi"
)

//go:wasmimport wasmcloud:postgres/query@0.1.1-draft query
func query(statement string, parameters *[9]uint64, count uint32, result *[4]uint32)

// Which case of pg-value is text.
const caseText = 88

// Each in a package variable, since Go moves stacks.
var (
	// result<list<result-row>, query-error>: a list, or the case of an error and its text.
	result [4]uint32
	// A pg-value: its case in the first byte, what it holds from the ninth on.
	parameter [9]uint64
	text      string // what parameter points to
)

// Exec runs a statement whose one parameter, $1, is a text. Rows are left out.
func Exec(statement, value string) error {
	text = value
	parameter = [9]uint64{caseText, uint64(uintptr(unsafe.Pointer(unsafe.StringData(text)))) | uint64(len(text))<<32}
	result = [4]uint32{}
	query(statement, &parameter, 1, &result)
	text = ""
	defer abi.Release()
	if uint8(result[0]) == 0 {
		return nil
	}
	return errors.New(abi.String(result[2], result[3]))
}
