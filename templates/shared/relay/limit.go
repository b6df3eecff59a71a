//go:build wasip1

package relay

import (
	"errors"
	"strconv"

	"task/internal/config"
)

// The NATS server's own default. What is larger a provider would drop without a
// word, so it is refused here.
const defaultMaxPayload = 1 << 20

// MaxPayload is the most bytes that an input or a result may have.
func MaxPayload() (int, error) {
	text, found, err := config.Lookup("max_payload")
	if err != nil || !found {
		return defaultMaxPayload, err
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 {
		return 0, errors.New("max_payload is " + strconv.Quote(text) + " in the component's configuration: it has to be a number of bytes")
	}
	return limit, nil
}

// TooLarge is the error of what has more bytes than MaxPayload.
func TooLarge(what string, size, limit int) error {
	return errors.New(what + " has " + strconv.Itoa(size) + " bytes, max_payload is " + strconv.Itoa(limit))
}
