# The commands of README.md and of CI. Each does all of its own set-up.
.PHONY: help demo demo-lattice test lint fuzz bench bench-continuum bench-load book picture fmt setup

help: ## What there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

demo: ## From a git push to a running component on this machine, step by step
	@scripts/demo.sh

demo-lattice: ## The same on real wasmCloud hosts, with NATS, a registry and Docker
	@scripts/demo.sh --lattice

test: ## All checks and all tests
	@scripts/test.sh

lint: ## The checks alone: format, clippy, licences, unused crates, scripts, workflows
	@scripts/test.sh --lint

fuzz: ## A minute each of whatever a fuzzer thinks of: workflow.yaml, deliveries, runner.yaml, values
	@scripts/fuzz.sh

bench: ## Each bench against its peer, into benches/README.md; ONLY=name for one
	@scripts/bench.sh $(ONLY)

bench-continuum: ## A place dies, hangs, is cut off, drained, rolled: into benches/continuum.md; half an hour, as root; RUNS=10 STOCK=3
	@scripts/bench-continuum.sh $(or $(RUNS),10) $(or $(STOCK),3) $(PROVIDERS)

bench-load: ## The door under load, beside Debian's webhook (apt install webhook): deliveries, a burst, a long history
	@cargo bench --bench load

book: ## docs/ as a book, into target/book; OPEN=1 shows it
	@scripts/book.sh $(if $(OPEN),--open)

picture: ## The picture of the README, docs/picture.svg, from what Pelato says here
	@scripts/picture.sh

fmt: ## Format the code
	@cargo fmt --all

setup: ## Only the set-up: Rust, Go, Docker, the lattice's parts, cargo's tools
	@scripts/setup.sh
