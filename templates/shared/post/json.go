package post

// isJSON says whether text is one JSON value. encoding/json says the same, and
// adds half a megabyte to a component.
func isJSON(text string) bool {
	s := scanner{rest: text}
	return s.value(0) && s.space() == 0 && s.rest == ""
}

// As encoding/json, against a stack that a result could exhaust.
const deepest = 10000

// scanner reads JSON from the front of rest.
type scanner struct{ rest string }

// space leaves out white space and returns what comes next, 0 at the end.
func (s *scanner) space() byte {
	for s.rest != "" {
		switch c := s.rest[0]; c {
		case ' ', '\t', '\n', '\r':
			s.rest = s.rest[1:]
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) take(word string) bool {
	if len(s.rest) < len(word) || s.rest[:len(word)] != word {
		return false
	}
	s.rest = s.rest[len(word):]
	return true
}

func (s *scanner) value(depth int) bool {
	switch s.space() {
	case '{':
		return depth < deepest && s.list('}', func() bool {
			return s.space() == '"' && s.text() && s.space() == ':' && s.take(":") && s.value(depth+1)
		})
	case '[':
		return depth < deepest && s.list(']', func() bool { return s.value(depth + 1) })
	case '"':
		return s.text()
	case 't':
		return s.take("true")
	case 'f':
		return s.take("false")
	case 'n':
		return s.take("null")
	}
	return s.number()
}

// list reads items with commas between them, up to end.
func (s *scanner) list(end byte, item func() bool) bool {
	s.rest = s.rest[1:]
	if s.space() == end {
		return s.take(string(rune(end)))
	}
	for item() {
		switch s.space() {
		case ',':
			s.take(",")
		case end:
			return s.take(string(rune(end)))
		default:
			return false
		}
	}
	return false
}

func (s *scanner) text() bool {
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return true
		case c < ' ':
			return false
		case c == '\\':
			i++
			if i == len(s.rest) {
				return false
			}
			switch s.rest[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for end := i + 4; i < end; {
					i++
					if i == len(s.rest) || !isHex(s.rest[i]) {
						return false
					}
				}
			default:
				return false
			}
		}
	}
	return false
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func (s *scanner) number() bool {
	s.take("-")
	if !s.take("0") && !s.digits() {
		return false
	}
	if s.take(".") && !s.digits() {
		return false
	}
	if s.take("e") || s.take("E") {
		_ = s.take("+") || s.take("-")
		return s.digits()
	}
	return true
}

// digits reads one or more.
func (s *scanner) digits() bool {
	before := len(s.rest)
	for s.rest != "" && '0' <= s.rest[0] && s.rest[0] <= '9' {
		s.rest = s.rest[1:]
	}
	return len(s.rest) < before
}
