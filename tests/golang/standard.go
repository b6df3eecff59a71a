package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"text/template"
	"time"
	"unicode/utf8"
)

type reading struct {
	XMLName xml.Name  `json:"-" xml:"reading"`
	At      time.Time `json:"at" xml:"at,attr"`
	Celsius float64   `json:"celsius" xml:"celsius"`
}

var errCold = errors.New("too cold")

func exec_task(arg string) (string, error) {
	var r reading
	if err := json.Unmarshal([]byte(arg), &r); err != nil {
		return "", fmt.Errorf("a reading: %w", err)
	}
	var lines []string
	say := func(name string, value any) { lines = append(lines, fmt.Sprintf("%s: %v", name, value)) }

	say("time", r.At.UTC().Add(90*time.Minute).Format(time.RFC1123))
	say("clock", time.Since(time.Now()) >= 0 && time.Now().Year() > 2024)
	say("regexp", regexp.MustCompile(`(\d+)-(\d+)`).ReplaceAllString("10-20", "$2-$1"))
	say("math", math.Round(math.Sqrt(r.Celsius)*1000)/1000)
	say("big", new(big.Int).Exp(big.NewInt(2), big.NewInt(100), nil))
	say("strings", strings.Title(strings.Repeat("ab ", 2)))
	say("strconv", strconv.Quote("è\n"))
	say("utf8", utf8.RuneCountInString("èé"))

	var group sync.WaitGroup
	var lock sync.Mutex
	total, results := 0, make(chan int, 8)
	for n := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			lock.Lock()
			defer lock.Unlock()
			total += n
			results <- n
		}()
	}
	group.Wait()
	close(results)
	for n := range results {
		total += n
	}
	say("sync", total)
	select {
	case <-time.After(time.Millisecond):
		say("sleep", "over")
	}

	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write([]byte(arg))
	say("crypto", hex.EncodeToString(mac.Sum(nil))[:16])
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil || bytes.Equal(random, make([]byte, 16)) {
		return "", errors.New("no random numbers")
	}
	say("base64", base64.StdEncoding.EncodeToString([]byte("hello")))

	var table bytes.Buffer
	writer := csv.NewWriter(&table)
	writer.Write([]string{"a,b", "c"})
	writer.Flush()
	say("csv", strings.TrimSpace(table.String()))
	asXML, err := xml.Marshal(r)
	if err != nil {
		return "", err
	}
	say("xml", string(asXML))
	keys := slices.Collect(maps.Keys(map[string]int{"b": 1, "a": 2}))
	sort.Strings(keys)
	say("maps", keys)
	var page strings.Builder
	if err := template.Must(template.New("t").Parse("{{.Celsius | printf \"%.1f\"}} °C")).Execute(&page, r); err != nil {
		return "", err
	}
	say("template", page.String())
	say("errors", errors.Is(fmt.Errorf("wrapped: %w", errCold), errCold))
	return strings.Join(lines, "\n"), nil
}
