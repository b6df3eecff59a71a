package json

import (
	gojson "encoding/json"
	"math/rand"
	"strings"
	"testing"
)

func same(t *testing.T, text string) {
	t.Helper()
	if got, want := Valid(text), gojson.Valid([]byte(text)); got != want {
		t.Errorf("%.60q: %v, Go's own says %v", text, got, want)
	}
}

func TestEdges(t *testing.T) {
	for _, text := range []string{
		"", " ", "1", "-", "-0", "01", "1.", ".5", "+1", "1e", "1e+5", "-0.5E-3", "1 2", "nul", "null ", " true", "True",
		`""`, `"`, `"\`, `"\"`, `"\x"`, `"\u12"`, `"\u00e9"`, "\"\n\"", "\"\x7f\xff\"", "\ufeff1",
		"[]", "[", "[1,]", "[1 2]", "[,]", "[1,[2]]", `{}`, `{"a":1}`, `{"a":1,}`, `{"a"}`, `{"a" : [1, {}] }`, "{a:1}", "{1:1}", "{]", "[}",
	} {
		same(t, text)
	}
}

func TestDepth(t *testing.T) {
	for _, depth := range []int{1, 2, 9999, 10000} {
		same(t, strings.Repeat("[", depth)+"1"+strings.Repeat("]", depth))
		same(t, strings.Repeat(`{"a":`, depth)+"1"+strings.Repeat("}", depth))
	}
	// Go's own gives up here.
	if !Valid(strings.Repeat("[", 500000) + strings.Repeat("]", 500000)) {
		t.Error("a deep list is no JSON")
	}
}

func TestRandom(t *testing.T) {
	pieces := []string{"{", "}", "[", "]", ",", ":", `"`, `\`, "u", "a", "0", "1", "-", ".", "e", "+", " ", "true", "null", `"k"`, "\n", "é"}
	random := rand.New(rand.NewSource(1))
	for range 300000 {
		var text strings.Builder
		for range 1 + random.Intn(8) {
			text.WriteString(pieces[random.Intn(len(pieces))])
		}
		same(t, text.String())
	}
}

func TestTexts(t *testing.T) {
	for _, text := range []string{
		`""`, `"a"`, `"\n\t\b\f\r\/\\\""`, `"\u00e9\u0000"`, `"\ud83e\udd80"`, `"\ud83e"`, `"\ud83e\u0041"`, `"\udd80\ud83e"`, `"é🦀"`, "\"\xff\"",
		"\"\xff\\n\"",
	} {
		var want string
		if err := gojson.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if got, ok := Text(text); !ok || got != want {
			t.Errorf("%q: %q, Go's own says %q", text, got, want)
		}
	}
	for _, text := range []string{"", "1", `"`, `"\x"`, "null"} {
		if _, ok := Text(text); ok {
			t.Errorf("%q is a text", text)
		}
	}
}

func TestObjects(t *testing.T) {
	members, ok := Object(" { \"a\" : [1, {\"b\":2}] ,\"\\u0062\":\"x\" , \"a\":null } ")
	want := []Member{{"a", `[1, {"b":2}]`}, {"b", `"x"`}, {"a", "null"}}
	if !ok || len(members) != 3 || members[0] != want[0] || members[1] != want[1] || members[2] != want[2] {
		t.Errorf("%q", members)
	}
	for _, text := range []string{"", "[]", `{"a":1`, `{"a":1,}`, `{"a":1} x`, `{"a" 1}`, `{a:1}`, "{", "1", "{}\x00"} {
		if _, ok := Object(text); ok {
			t.Errorf("%q is an object", text)
		}
	}
	if members, ok := Object("{} "); !ok || len(members) != 0 {
		t.Error("an empty object is one")
	}
}
