# `make scenario NAME=sticky` and `make test` are all a newcomer needs.

NAME    ?= sticky
BACKEND ?= auto
CAPTURES ?= runs
SEED    ?= 1000000
SIM     ?= 12000
NETNS   ?= 600
CARGO   ?= cargo
LAB      = target/release/tinygram
SKIPPED  = $(CURDIR)/target/skipped

.PHONY: scenario scenarios build image test check parity truth bench clean

scenario: build ## builds and runs a scenario: NAME=sticky BACKEND=auto|docker|netns|uml|sim
	@case $(BACKEND) in auto|docker) ./scripts/image --if-docker ;; esac
	@$(LAB) run $(NAME) --backend $(BACKEND)

scenarios: build ## plays the whole catalogue: BACKEND=auto|docker|netns|uml|sim
	@case $(BACKEND) in auto|docker) ./scripts/image --if-docker ;; esac
	@BACKEND=$(BACKEND) ./scripts/scenarios

build: ## builds the lab: static binaries, so that they also run in containers
	@CARGO=$(CARGO) ./scripts/build

image: build ## makes the containers' image of what was built: TINYGRAM_IMAGE=tinygram
	@./scripts/image

# Every test this machine can run. A test that can't run here notes why in a file, which is shown
# at the end; REQUIRE="netns rootless python3 curl tshark uml docker compose" turns such a note into a failure.
test: build ## runs the tests, and says which were skipped and why
	@./scripts/image --if-docker
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

truth: build ## plays runs whose causes are known, and counts what analysis finds: SEED=, SIM=, NETNS=
	@$(CARGO) run --release --locked -p truth -- --seed $(SEED) --sim $(SIM) --netns $(NETNS) --errors

bench: build ## measures what a run costs, what a packet costs, what a link carries
	./scripts/overhead
	@docker version >/dev/null 2>&1 && ./scripts/docker-overhead || echo "containers: no engine answers"
	./scripts/inspect-speed
	$(CARGO) bench -p analysis --locked
	$(CARGO) bench -p emulator --locked
	$(CARGO) bench -p sim --locked
	$(CARGO) bench -p link --locked
	$(CARGO) bench -p link --locked -- netem
