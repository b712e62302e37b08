# Everything that a developer does, by name.

.PHONY: demo install test lint mutants prove fuzz bench

# The portable back end on Linux. In a directory of its own, as other flags make everything anew.
PORTABLE = RUSTFLAGS="$$RUSTFLAGS --cfg memglass_portable_shm" CARGO_TARGET_DIR=target/portable

# A live example program and the prompt on it.
demo: toolchain
	cargo run --release -- demo

# What C and C++ programs need, and the programs.
PREFIX ?= /usr/local
install: toolchain
	cargo build --release -p memglass-capi -p memglass-gen -p memglass-cli
	sh core/cmake/install.sh target/release "$(PREFIX)"

# Most tests wait for other processes half of their time.
RUST_TEST_THREADS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))

# All tests. Installs what is missing where it can.
test: export RUST_TEST_THREADS := $(RUST_TEST_THREADS)
test: toolchain python cpp
	cargo test --workspace --exclude memglass-bench --exclude memglass-tests --exclude memglass-loom
	@# What the readme says to run: there must be one program that it can mean.
	cargo run --quiet -- --version
	$(PORTABLE) cargo build -p memglass --examples
	@# What the compiler says of wrong annotations has nothing to do with the back end.
	$(PORTABLE) cargo test -p memglass --tests -- --skip mistakes_are_explained_where_they_are_made
	tests/prove.sh

lint: toolchain
	cargo fmt --all --check
	tests/lint_invariants.sh
	tests/lint_arrows.sh
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy -p memglass-repl --no-default-features -- -D warnings
	$(PORTABLE) cargo clippy -p memglass --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --workspace --no-deps --quiet

# Breaks each ordering of the protocols in turn: a model must fail each time.
mutants: toolchain cpp
	tests/loom/mutants.sh

# The proofs with numbers that take most of an hour; docs/reliability.md says what each of them is for.
prove: toolchain python cpp
	tests/prove.sh --full

# Looks for bytes that an observer does not survive, a minute for each target.
fuzz: toolchain
	tests/fuzz/run.sh 60

# Everything measured beside its peers. Without the server that one of them needs, that one is left out.
bench: toolchain
	@command -v redis-server >/dev/null || apt-get install -y redis-server || echo "redis-server is missing; install it with: apt-get install redis-server"
	cargo run --release -p memglass-bench --features peers

.PHONY: toolchain python cpp
toolchain:
	@command -v cargo >/dev/null || { echo "cargo is missing; install Rust 1.95 or later with rustup: https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || { echo "a C linker is missing; install it with: apt-get install gcc"; exit 1; }

# The independent reader of the wire format is a Python script.
python:
	@command -v python3 >/dev/null || apt-get install -y python3 || { echo "python3 is missing; install it with: apt-get install python3"; exit 1; }

# The C++ and C interface is tested with both compilers.
cpp:
	@for tool in g++ clang cmake pkg-config; do \
		command -v $$tool >/dev/null || apt-get install -y $$tool || { echo "$$tool is missing; install it with: apt-get install $$tool"; exit 1; }; \
	done
