# `make scenario NAME=sticky` and `make test` are all a newcomer needs.

NAME    ?= sticky
BACKEND ?= auto
CAPTURES ?= runs
CARGO   ?= cargo
LAB      = target/release/tinygram
SKIPPED  = $(CURDIR)/target/skipped

.PHONY: scenario scenarios build test check parity bench clean

scenario: build ## builds and runs a scenario: NAME=sticky BACKEND=auto|netns|uml|sim
	@$(LAB) run $(NAME) --backend $(BACKEND)

scenarios: build ## plays the whole catalogue: BACKEND=auto|netns|uml|sim
	@BACKEND=$(BACKEND) ./scripts/scenarios

build: ## builds the lab
	@$(CARGO) build --release --locked -p tinygram -p peer

# Every test this machine can run. A test that can't run here notes why in a file, which is shown
# at the end; REQUIRE="netns rootless python3 tshark uml" turns such a note into a failure.
test: ## runs the tests, and says which were skipped and why
	@mkdir -p target && rm -f $(SKIPPED)
	@SKIPPED=$(SKIPPED) ./scripts/test --workspace --locked; status=$$?; \
	if [ -s $(SKIPPED) ]; then echo "skipped on this machine:"; sort -u $(SKIPPED); fi; \
	exit $$status

check: ## formatting, lints, documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	./scripts/portable
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked --document-private-items

parity: build ## compares the TCP flags of each capture in CAPTURES=dir with tshark's, flag by flag
	@./scripts/parity $(CAPTURES)

bench: build ## measures what a run costs, what a packet costs, what a link carries
	./scripts/overhead
	$(CARGO) bench -p analysis --locked
	$(CARGO) bench -p emulator --locked
	$(CARGO) bench -p sim --locked
	$(CARGO) bench -p link --locked
	$(CARGO) bench -p link --locked -- netem
