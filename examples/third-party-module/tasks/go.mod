module example.org/windows

go 1.24

require github.com/montanaflynn/stats v0.7.1
