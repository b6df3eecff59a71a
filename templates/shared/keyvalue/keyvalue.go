//go:build wasip1

// Package keyvalue writes to key-value buckets.
package keyvalue

import (
	"errors"

	"task/internal/abi"
)

//go:wasmimport wasi:keyvalue/store@0.2.0-draft open
func open(identifier string, result *[4]uint32)

//go:wasmimport wasi:keyvalue/store@0.2.0-draft [method]bucket.set
func set(bucket int32, key, value string, result *[4]uint32)

//go:wasmimport wasi:keyvalue/store@0.2.0-draft [resource-drop]bucket
func drop(bucket int32)

// result<bucket, error> and result<_, error>: a handle, or the case of an error and
// its text. A package variable, since Go moves stacks.
var result [4]uint32

// The link that a manifest makes has no name of its own, and wasmCloud's provider
// knows a bucket by the name of the link to it. Which bucket that is, the link's
// configuration says.
const link = "default"

// Set gives key a value.
func Set(key, value string) error {
	result = [4]uint32{}
	open(link, &result)
	if err := failure(); err != nil {
		return errors.New("the bucket cannot be opened: " + err.Error())
	}
	bucket := int32(result[1])
	defer drop(bucket)
	result = [4]uint32{}
	set(bucket, key, value, &result)
	return failure()
}

// failure is the error that the host left, if it left one.
func failure() error {
	if uint8(result[0]) == 0 {
		return nil
	}
	switch uint8(result[1]) {
	case 0:
		return errors.New("there is no such bucket")
	case 1:
		return errors.New("access is denied")
	}
	text := abi.String(result[2], result[3])
	abi.Release()
	return errors.New(text)
}
