module example.org/energy

go 1.24
