package json

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text decodes the string that value begins with; ok says whether it does. What
// is no Unicode comes as U+FFFD.
func Text(value string) (text string, ok bool) {
	s := scanner{rest: value}
	if s.rest == "" || s.rest[0] != '"' || !s.text() {
		return "", false
	}
	raw := value[1 : len(value)-len(s.rest)-1]
	if strings.IndexByte(raw, '\\') < 0 {
		return strings.ToValidUTF8(raw, "\uFFFD"), true
	}
	var decoded strings.Builder
	for raw != "" {
		plain := strings.IndexByte(raw, '\\')
		if plain < 0 {
			plain = len(raw)
		}
		decoded.WriteString(raw[:plain])
		if raw = raw[plain:]; raw != "" {
			c, size := escape(raw)
			decoded.WriteRune(c)
			raw = raw[size:]
		}
	}
	return strings.ToValidUTF8(decoded.String(), "\uFFFD"), true
}

// escape decodes what raw begins with, which was found right.
func escape(raw string) (c rune, size int) {
	switch raw[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		first := hex(raw)
		if !utf16.IsSurrogate(first) {
			return first, 6
		}
		// Half of a pair: its other half may follow.
		if len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' {
			if both := utf16.DecodeRune(first, hex(raw[6:])); both != utf8.RuneError {
				return both, 12
			}
		}
		return utf8.RuneError, 6
	}
	return rune(raw[1]), 2
}

func hex(raw string) rune {
	n, _ := strconv.ParseUint(raw[2:6], 16, 32)
	return rune(n)
}
