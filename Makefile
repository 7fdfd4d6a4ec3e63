# What one does with Counterpart; `make` alone lists it. The work is in tools/.

# How long `make call` talks, and how long `make fuzz` looks, in seconds.
SECONDS ?= 10
TIME ?= 600
# `make test` gives its tests this long, in seconds, before it says that they hang.
TEST_LIMIT ?= 2400

bin := $(or $(CARGO_TARGET_DIR),target)/release
cargo_build := cargo build --release --workspace

.DEFAULT_GOAL := help
.PHONY: help setup edge web build call run lint test screenshots bench-edge bench-node bench-web bench-record bench-network bench-network-web bench-network-tcp fuzz clean
.NOTPARALLEL:
.SILENT:
MAKEFLAGS += --no-print-directory

help: ## list these targets
	echo "make TARGET [NAME=value], where TARGET is:"
	sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '%-18s %s\n' "$$name" "$$text"; done

setup: ## install what is missing: Debian packages, the wasm compiler, wasm-bindgen, worker-build, npm packages, schemathesis
	tools/setup.sh

edge: ## build the edge (wasm) into edge/build
	tools/build-edge.sh

web: ## build the web client: pages, workers and wasm into clients/web/dist
	tools/build-web.sh

build: ## build everything native: the media-node, the clients, the tests' programs
	echo "build: building the native programs into $(bin)"
	$(cargo_build)

call: setup edge web build ## make one call on this machine, all parts real: make call SECONDS=10
	$(bin)/call --seconds "$(SECONDS)"

run: setup edge web build ## run edge and media-node on this machine until Ctrl-C
	$(bin)/run

lint: ## formatting, clippy native and wasm, documentation, types of the web client: any warning fails
	echo "lint: cargo fmt, clippy (native, then wasm), doc, tsc"
	cargo fmt --all --check
	cargo clippy --release --workspace --all-targets -- -D warnings
	tools/lint-edge.sh
	RUSTDOCFLAGS="-D warnings" cargo doc --quiet --release --no-deps --workspace
	for project in clients/web clients/web/tests tests/web/media; do node node_modules/typescript/bin/tsc --project "$$project/tsconfig.json" || exit 1; done

test: ## all of it: setup, edge, web, build, lint, then every test
	tools/test.sh $(TEST_LIMIT)

screenshots: setup edge web build ## pictures of every page and state into target/screenshots
	$(bin)/screenshots

bench-edge: setup edge build ## measure requests, calls and messages of the edge, beside a bare worker
	tools/build-edge.sh tests/peer
	$(bin)/bench_edge

bench-node: setup edge build ## measure what the node adds to a frame's way, beside a bare relay
	$(bin)/bench_node

bench-web: setup edge build ## measure pictures and sound from page to page, beside plain WebRTC
	tools/build-wire.sh
	$(bin)/bench_web

bench-record: setup ## measure what recording costs and how fast a composite is made, beside ffmpeg
	RUST_LOG=warn cargo test --quiet --release --workspace --bench record -- --docs "$(CURDIR)/docs"

bench-network: ## calls over bad networks, in virtual time: make bench-network, or QUICK=1 for a few cells
	$(cargo_build) --bin bench_network
	$(bin)/bench_network $(if $(QUICK),--quick --seeds 1,--docs docs)

bench-network-web: setup edge build ## the same of Chromium beside its WebRTC, in real time: make bench-network-web, or QUICK=1
	tools/build-wire.sh
	$(bin)/bench_network_web $(if $(QUICK),--quick,--docs docs)

bench-network-tcp: ## the same over RTMP, HTTP-FLV and the kernel's TCP, in real time; takes root
	$(cargo_build) --bin bench_network_tcp
	$(bin)/bench_network_tcp --docs docs

fuzz: ## look for input that breaks the parsers: make fuzz TIME=600
	tools/fuzz.sh "$(TIME)"

clean: ## remove what was built here; installed tools and what a run recorded stay
	rm -rf edge/build tests/peer/build clients/web/dist
	cargo clean
