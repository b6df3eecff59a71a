package entry

import (
	"strings"
	"testing"
)

func TestMessages(t *testing.T) {
	for body, want := range map[string][2]string{
		`{"key":"kitchen","data":"20"}`:            {"kitchen", "20"},
		`{"data":"20"}`:                            {"rooms.a", "20"},
		`{"key":"","data":""}`:                     {"rooms.a", ""},
		`{"key":"k","data":{"c": 20}}`:             {"k", `{"c": 20}`},
		`{"key":"k","data":null}`:                  {"k", "null"},
		`{"key":"k"}`:                              {"rooms.a", `{"key":"k"}`},
		`{"key":1,"data":"20"}`:                    {"rooms.a", `{"key":1,"data":"20"}`},
		`{"key":"k","data":"20","unit":"celsius"}`: {"rooms.a", `{"key":"k","data":"20","unit":"celsius"}`},
		"20": {"rooms.a", "20"},
		"":   {"rooms.a", ""},
	} {
		if key, data := split("rooms.a", body); key != want[0] || data != want[1] {
			t.Errorf("%q: %q, %q", body, key, data)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, key := range []string{"a", "A.b-c_d/e=f.9", "/", strings.Repeat("k", longestKey)} {
		if err := check(key); err != nil {
			t.Error(err)
		}
	}
	for _, key := range []string{"../x", ".a", "a.", "a..b", "a b", "a\x00", "città", "a*", ">", "$KV", "a:b", strings.Repeat("k", longestKey+1)} {
		if check(key) == nil {
			t.Errorf("%q is let through", key)
		}
	}
}
