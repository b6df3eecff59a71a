package row

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"task/internal/json"
)

const (
	longestName = 63   // PostgreSQL cuts off what is longer
	mostColumns = 1600 // of a PostgreSQL table
)

// statement inserts the members of object into table; $1 is object itself. Its
// values are no part of the statement, its names are quoted. With a key, a row that
// is there is updated.
func statement(table, key, object string) (string, error) {
	if !utf8.ValidString(object) {
		return "", errors.New("the result is no UTF-8 text")
	}
	members, ok := json.Object(object)
	if !ok {
		return "", errors.New("the result is no JSON object, whose keys are columns")
	}
	if len(members) == 0 {
		return "", errors.New("the result is a JSON object without keys: return an empty text to insert nothing")
	}
	if len(members) > mostColumns {
		return "", errors.New("the result has " + strconv.Itoa(len(members)) + " keys, a table has " + strconv.Itoa(mostColumns) + " columns at most")
	}
	into, err := tableName(table)
	if err != nil {
		return "", err
	}
	var columns, values, changes []string
	seen := map[string]bool{}
	for _, member := range members {
		column, err := quoted("column", member.Name)
		if err != nil {
			return "", err
		}
		if seen[member.Name] {
			return "", errors.New("the result has the key " + column + " twice")
		}
		seen[member.Name] = true
		columns = append(columns, column)
		values = append(values, "r."+column)
		if member.Name != key {
			changes = append(changes, column+" = EXCLUDED."+column)
		}
	}
	text := "INSERT INTO " + into + " (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(values, ", ") +
		" FROM jsonb_populate_record(NULL::" + into + ", $1::text::jsonb) AS r"
	if key == "" {
		return text, nil
	}
	column, err := quoted("key_column", key)
	if err != nil {
		return "", err
	}
	if !seen[key] {
		return "", errors.New("the result has no " + column + ", which is the key_column")
	}
	if len(changes) == 0 {
		return text + " ON CONFLICT (" + column + ") DO NOTHING", nil
	}
	return text + " ON CONFLICT (" + column + ") DO UPDATE SET " + strings.Join(changes, ", "), nil
}

// tableName quotes `table` and `schema.table`.
func tableName(table string) (string, error) {
	schema, name, found := strings.Cut(table, ".")
	if !found {
		return quoted("table", table)
	}
	before, err := quoted("schema", schema)
	if err != nil {
		return "", err
	}
	name, err = quoted("table", name)
	return before + "." + name, err
}

// quoted is a name as a statement has it: letters, of any language, digits and `_`.
func quoted(what, name string) (string, error) {
	right := name != "" && len(name) <= longestName && utf8.ValidString(name)
	for _, c := range []byte(name) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c >= utf8.RuneSelf
		right = right && (letter || '0' <= c && c <= '9' || c == '_')
	}
	if !right {
		return "", errors.New("no " + what + " can be called " + strconv.Quote(name[:min(len(name), 100)]) +
			": it has up to " + strconv.Itoa(longestName) + " bytes, letters, digits and _")
	}
	return `"` + name + `"`, nil
}
