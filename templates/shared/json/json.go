// Package json reads JSON. encoding/json does the same, and adds half a megabyte
// to a component.
package json

// Valid says whether text is one JSON value.
func Valid(text string) bool {
	s := scanner{rest: text}
	return s.value() && s.end()
}

// Member is one of an object's.
type Member struct {
	Name string
	// JSON, as it stands there.
	Value string
}

// Object gives the members of an object, in their order, a repeated name each
// time; ok says whether text is one.
func Object(text string) (members []Member, ok bool) {
	s := scanner{rest: text}
	if s.space() != '{' {
		return nil, false
	}
	s.skip()
	if s.space() == '}' {
		s.skip()
		return nil, s.end()
	}
	for {
		s.space()
		name := s.rest
		if !s.key() {
			return nil, false
		}
		s.space()
		value := s.rest
		if !s.value() {
			return nil, false
		}
		decoded, _ := Text(name)
		members = append(members, Member{Name: decoded, Value: value[:len(value)-len(s.rest)]})
		switch s.space() {
		case ',':
			s.skip()
		case '}':
			s.skip()
			return members, s.end()
		default:
			return nil, false
		}
	}
}

// scanner reads JSON from the front of rest.
type scanner struct{ rest string }

// end says whether nothing is left.
func (s *scanner) end() bool {
	s.space()
	return s.rest == ""
}

// value reads one value. It does not call itself: a host's stack ends where some
// thousand calls are nested.
func (s *scanner) value() bool {
	var ends []byte // of the objects and lists around the next value
	for {
		ended := false
		switch c := s.space(); c {
		case '{', '[':
			end := c + 2 // in ASCII
			s.skip()
			if ended = s.space() == end; ended {
				s.skip()
			} else {
				ends = append(ends, end)
				if end == '}' && !s.key() {
					return false
				}
			}
		default:
			if !s.scalar(c) {
				return false
			}
			ended = true
		}
		for ended {
			if len(ends) == 0 {
				return true
			}
			end := ends[len(ends)-1]
			switch s.space() {
			case ',':
				s.skip()
				if end == '}' && !s.key() {
					return false
				}
				ended = false
			case end:
				s.skip()
				ends = ends[:len(ends)-1]
			default:
				return false
			}
		}
	}
}

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

func (s *scanner) skip() { s.rest = s.rest[1:] }

// key reads what stands before an object's value.
func (s *scanner) key() bool {
	return s.space() == '"' && s.text() && s.space() == ':' && s.take(":")
}

// scalar reads a value that begins with first and holds no other.
func (s *scanner) scalar(first byte) bool {
	switch first {
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
