//go:build wasip1

// Package config reads the component's configuration.
package config

import (
	"errors"

	"task/internal/abi"
)

//go:wasmimport wasi:config/runtime@0.2.0-draft get
func get(key string, result *[4]uint32)

// result<option<string>, config-error>: both arms hold a string in the last two
// words. A package variable, since Go moves stacks.
var result [4]uint32

// Get returns the value of key. That there is none, or an empty one, is an error.
func Get(key string) (string, error) {
	value, _, err := Lookup(key)
	if err == nil && value == "" {
		err = errors.New(key + " is not in the component's configuration")
	}
	return value, err
}

// Lookup returns the value of key, and whether the configuration has one.
func Lookup(key string) (value string, found bool, err error) {
	result = [4]uint32{}
	get(key, &result)
	failed, tag := uint8(result[0]) != 0, uint8(result[1])
	if failed || tag != 0 {
		value = abi.String(result[2], result[3])
		abi.Release()
	}
	if failed {
		return "", false, errors.New("the configuration cannot be read: " + value)
	}
	return value, tag != 0, nil
}
