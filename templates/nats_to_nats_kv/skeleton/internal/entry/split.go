package entry

import "task/internal/json"

// split reads a message: an object of `key` and `data`, or all data. The key is the
// subject where the message has none.
func split(subject, body string) (key, data string) {
	members, ok := json.Object(body)
	if !ok {
		return subject, body
	}
	key, hasData := subject, false
	for _, member := range members {
		text, isText := json.Text(member.Value)
		switch member.Name {
		case "key":
			if !isText {
				return subject, body
			}
			if text != "" {
				key = text
			}
		case "data":
			hasData, data = true, member.Value
			if isText {
				data = text
			}
		default:
			return subject, body
		}
	}
	if !hasData {
		return subject, body
	}
	return key, data
}
