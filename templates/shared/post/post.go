//go:build wasip1

// Package post answers a POST with the task's result.
package post

import (
	"errors"
	"strconv"

	"task/internal/json"
	"task/internal/relay"
	"task/internal/web"
)

// To gives the body of every POST to the relay.
func To(relay *relay.Relay) func(*web.Request) web.Response {
	return func(request *web.Request) web.Response { return answer(request, relay) }
}

func answer(request *web.Request, through *relay.Relay) web.Response {
	if request.Method != "POST" {
		response := plain(405, "POST only")
		response.Fields = append(response.Fields, web.Field{Name: "allow", Value: "POST"})
		return response
	}
	limit, err := relay.MaxPayload()
	if err != nil {
		limit = 0 // the relay will fail for the same reason, and log it
	}
	input, err := request.Body(limit)
	if errors.Is(err, web.ErrTooLarge) {
		return plain(413, "more than "+strconv.Itoa(limit)+" bytes")
	}
	if err != nil {
		through.Warn(err.Error())
		return plain(503, err.Error())
	}
	result, err := through.Process(input)
	var failure *relay.Failure
	if errors.As(err, &failure) {
		if failure.Stage == relay.Task {
			return plain(500, "task failed")
		}
		return plain(502, "result not published")
	}
	if result == "" {
		return web.Response{Status: 204}
	}
	if json.Valid(result) {
		return withType(200, "application/json", result)
	}
	return plain(200, result)
}

func plain(status int, text string) web.Response {
	return withType(status, "text/plain; charset=utf-8", text)
}

func withType(status int, kind, body string) web.Response {
	return web.Response{
		Status: status,
		Fields: []web.Field{
			{Name: "content-type", Value: kind},
			{Name: "content-length", Value: strconv.Itoa(len(body))},
		},
		Body: body,
	}
}
