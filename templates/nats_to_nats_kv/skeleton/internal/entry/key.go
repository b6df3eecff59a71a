package entry

import (
	"errors"
	"strconv"
	"strings"
)

// A key stands in a NATS subject, and a server takes some 4,000 bytes of one line.
const longestKey = 3500

// check says what NATS has against a key. It is asked here since a provider says
// less, and so that a key is right or wrong on every host alike.
func check(key string) error {
	if len(key) > longestKey {
		return errors.New("the key has " + strconv.Itoa(len(key)) + " bytes, " + strconv.Itoa(longestKey) + " are the most")
	}
	for _, c := range []byte(key) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || '9' < c) && strings.IndexByte("-_/=.", c) < 0 {
			return errors.New("NATS takes letters, digits, -, _, /, = and dots in a key, not as in " + quote(key))
		}
	}
	if key[0] == '.' || key[len(key)-1] == '.' || strings.Contains(key, "..") {
		return errors.New("a dot stands between two parts of a key, not as in " + quote(key))
	}
	return nil
}

func quote(key string) string { return strconv.Quote(key[:min(len(key), 100)]) }
