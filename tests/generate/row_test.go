package row

import (
	"strings"
	"testing"
)

func TestStatements(t *testing.T) {
	same := func(table, key, object, want string) {
		t.Helper()
		if got, err := statement(table, key, object); err != nil || got != want {
			t.Errorf("%s %v", got, err)
		}
	}
	same("readings", "", `{"room":"kitchen","celsius":20}`,
		`INSERT INTO "readings" ("room", "celsius") SELECT r."room", r."celsius" FROM jsonb_populate_record(NULL::"readings", $1::text::jsonb) AS r`)
	same("home.Readings", "room", `{"room":"kitchen","città":20}`,
		`INSERT INTO "home"."Readings" ("room", "città") SELECT r."room", r."città" FROM jsonb_populate_record(NULL::"home"."Readings", $1::text::jsonb) AS r ON CONFLICT ("room") DO UPDATE SET "città" = EXCLUDED."città"`)
	same("t", "room", `{"room":"kitchen"}`,
		`INSERT INTO "t" ("room") SELECT r."room" FROM jsonb_populate_record(NULL::"t", $1::text::jsonb) AS r ON CONFLICT ("room") DO NOTHING`)
}

func TestRefused(t *testing.T) {
	refused := func(table, key, object, want string) {
		t.Helper()
		if text, err := statement(table, key, object); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s %v", text, err)
		}
	}
	refused("t", "", `[1]`, "no JSON object")
	refused("t", "", `x`, "no JSON object")
	refused("t", "", "{\"a\":\"\xff\"}", "no UTF-8")
	refused("t", "", `{}`, "without keys")
	refused("t", "", `{"a":1,"a":2}`, `the key "a" twice`)
	refused("t", "id", `{"a":1}`, `no "id"`)
	refused("t", "", "{"+strings.Repeat(`"a":1,`, 1600)+`"b":1}`, "1601 keys")
	for _, name := range []string{
		`a\") VALUES (1); DROP TABLE t; --`, `a\u0022`, "a b", "a.b", "", "a-b", "a;", "a'", strings.Repeat("a", 64), `a\u0000`,
	} {
		refused("t", "", `{"`+name+`":1}`, "no column can be called")
	}
	for _, table := range []string{`t"; DROP TABLE t; --`, "a.b.c", ".t", "t.", "", "a b"} {
		refused(table, "", `{"a":1}`, "can be called")
	}
	refused("t", `a"`, `{"a":1}`, "no key_column can be called")
}
