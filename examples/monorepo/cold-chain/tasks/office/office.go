package main

import (
	"strings"
	"unicode/utf8"
)

// What a display in the office has room for.
const room = 40

func exec_task(arg string) string {
	text := strings.ToUpper(strings.TrimSpace(arg))
	if utf8.RuneCountInString(text) <= room {
		return text
	}
	return string([]rune(text)[:room-1]) + "…"
}
