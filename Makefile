# Chandler. `make help` tells what there is; docs/ARCHITECTURE.md tells where things are.

# A Node that scripts/setup.sh fetched, and Rust where rustup puts it.
export PATH := $(CURDIR)/target/node/node_modules/.bin:$(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)

WEB := packages/report/web
PAGE := $(WEB)/dist/report.html
PAGE_SOURCES := $(wildcard $(WEB)/src/* $(WEB)/*.json $(WEB)/*.mjs $(WEB)/.npmrc)

.PHONY: help demo test soak bench bench-peers fuzz lint docs web build setup
.DEFAULT_GOAL := help

help:
	@echo "make demo    the whole of it: fetch candles, backtest a strategy, trade it on paper, compare the two"
	@echo "make test    everything that must hold: format, lints, docs, tests"
	@echo "make soak    crashes and a crowd, for a quarter of an hour: 500 kills, forty processes on one store"
	@echo "make build   release binaries, in target/release"
	@echo "make bench   how fast and how small, on this machine"
	@echo "make bench-peers  other backtesters beside Chandler, on the same candles"
	@echo "make fuzz    malformed files at the readers, a minute each"
	@echo "make lint    format, lints and docs only"
	@echo "make docs    the pages of docs that are made from the code"
	@echo "make web     the page of the HTML report"

setup:
	@sh scripts/setup.sh cc rust

# Needs a built page, as every build of the report does.
web: $(PAGE)

$(PAGE): $(PAGE_SOURCES)
	@sh scripts/setup.sh node
	cd $(WEB) && npm ci --ignore-scripts --no-progress --loglevel=error && npm run --silent build

# Beside the file first, so that a build that fails leaves no half of one.
docs: setup $(PAGE)
	cargo run --locked --quiet -p backtester -- reference > target/functions.md
	cargo run --locked --quiet -p backtester -- schema > target/strategy.schema.json
	mv target/functions.md target/strategy.schema.json docs

build: setup $(PAGE)
	cargo build --locked --release

demo: build
	@bash scripts/demo.sh

bench: build
	@bash scripts/bench.sh

soak: setup $(PAGE)
	@bash scripts/soak.sh

bench-peers: build
	@python3 benches/peers/run.py

fuzz: setup
	@bash scripts/fuzz.sh

lint: setup $(PAGE)
	cargo fmt --all --check
	cd $(WEB) && npm run --silent check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --quiet

# The tests come last, so that their summary closes the output.
test: lint
	@bash scripts/test.sh
