module example.org/coldchain

go 1.24
