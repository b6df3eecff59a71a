package post

import (
	"encoding/json"
	"math/rand"
	"strings"
	"testing"
)

func same(t *testing.T, text string) {
	t.Helper()
	if got, want := isJSON(text), json.Valid([]byte(text)); got != want {
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
	for _, depth := range []int{9999, 10000, 10001, 200000} {
		same(t, strings.Repeat("[", depth)+"1"+strings.Repeat("]", depth))
		same(t, strings.Repeat(`{"a":`, depth)+"1"+strings.Repeat("}", depth))
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
