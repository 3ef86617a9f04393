# `make run` and `make test` are all one needs; each installs what is missing and builds first.

SHELL := bash
.DEFAULT_GOAL := help
# One set of flags for every build, so that switching between targets rebuilds nothing. A target that imports what
# Package.swift doesn't give it is an error.
BUILD_FLAGS := --explicit-target-dependency-import-check error
# The program for others: one file without Swift's libraries, optimised across modules, and without the checks of access to
# memory that the tests run with and that cost a tenth of the token proxy's speed.
RELEASE_FLAGS := -c release --scratch-path .build-release --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked \
	-Xswiftc -cross-module-optimization
PROGRAM := .build/debug/openclaw-cloud

.PHONY: run test build release format lint chaos-journey limit-proxy chaos-proxy mutants-proxy abuse-proxy abuse-site fuzz-proxy \
	bench-proxy test-openclaw test-operator chaos-operator bench-operator help

run: ## Build, and start the whole product on this machine: http://localhost:8080
	@scripts/bootstrap run
	swift build $(BUILD_FLAGS) --product openclaw-cloud
	@exec $(PROGRAM) serve

test: ## Build, and run every test, with a PostgreSQL server of its own
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	scripts/with-postgres swift test $(BUILD_FLAGS) --skip-build --no-parallel --skip "JourneyTests|ClusterTests"
	scripts/with-postgres swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter JourneyTests
	scripts/with-openclaw swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter "OpenClaw(Contract|Journey)Tests"
	scripts/test-peers
	scripts/limit-proxy --rounds 5
	scripts/chaos-proxy --kills 60
	scripts/abuse-proxy --seconds 2
	scripts/abuse-site --seconds 3
	scripts/allocations-proxy
	scripts/with-cluster swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter ClusterTests
	scripts/with-cluster scripts/validate-manifests
	scripts/with-cluster scripts/rbac-operator --skip-needed
	scripts/with-cluster scripts/bench-operator --quick --program $(PROGRAM)
	scripts/with-cluster scripts/chaos-operator --seconds 45 --seed 1
	@if [ "$$(id -u)" = 0 ]; then scripts/journey-operator; else echo "scripts/journey-operator: skipped, needs root"; fi

build: ## Build everything, the tests too
	@scripts/bootstrap run
	swift build $(BUILD_FLAGS) --build-tests

release: ## Build the program for others: .build-release/release/openclaw-cloud
	@scripts/bootstrap run
	swift build $(RELEASE_FLAGS) --product openclaw-cloud

format: ## Format the Swift files in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources

lint: ## Check format, style, scripts and the length of files
	scripts/lint

chaos-journey: ## Kill the product at 50 random moments of the journey and see that nothing is lost or done twice
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	@rm -f .build/chaos-journey.txt
	CHAOS_KILLS=50 scripts/with-postgres swift test $(BUILD_FLAGS) --skip-build --filter ChaosJourneyTests
	@cat .build/chaos-journey.txt

limit-proxy: ## Call the token proxy 200 times at once at a limit that affords a tenth, 50 rounds, 1 and 3 replicas
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --product openclaw-cloud
	scripts/limit-proxy --rounds 50

chaos-proxy: ## Kill the token proxy 1,000 times under load and hold its books against the upstream's
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --product openclaw-cloud
	scripts/chaos-proxy --kills 1000

mutants-proxy: ## Plant known bugs in the token proxy, one at a time, and see that the trials catch each
	@scripts/bootstrap test
	scripts/mutants-proxy

abuse-proxy: release ## Attack the token proxy in every way a client can, and time a good client meanwhile
	@scripts/bootstrap test
	PROGRAM=$(CURDIR)/.build-release/release/openclaw-cloud scripts/abuse-proxy --strict

abuse-site: release ## Attack the site in every way a stranger can, and time a good visitor and a good agent meanwhile
	PROGRAM=$(CURDIR)/.build-release/release/openclaw-cloud scripts/abuse-site --strict

fuzz-proxy: ## Read 10 million mutated request heads in two ways and compare
	@scripts/bootstrap run
	swift build $(BUILD_FLAGS) --build-tests
	FUZZ_INPUTS=10000000 swift test $(BUILD_FLAGS) --skip-build --filter HeadFuzzTests

test-openclaw: ## Run the tests that need the real OpenClaw program: what is rendered for it, and what it does
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	scripts/with-openclaw swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter "OpenClaw(Contract|Journey)Tests"

bench-proxy: ## Measure the token proxy beside nginx and LiteLLM
	scripts/bench-proxy

test-operator: ## Run the operator's tests on a real Kubernetes, and the journey with the agent in a pod
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	scripts/with-cluster swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter ClusterTests
	scripts/with-cluster scripts/validate-manifests
	scripts/with-cluster scripts/rbac-operator
	scripts/journey-operator
	scripts/journey-backup

chaos-operator: ## Edit, delete, restart and kill for 30 minutes, and see that every box ends up as its row says
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --product openclaw-cloud
	scripts/with-cluster scripts/chaos-operator --minutes 30

bench-operator: release ## Measure the operator beside kubectl, and with 300 boxes
	swift build $(RELEASE_FLAGS) --product rendering-benchmark
	.build-release/release/rendering-benchmark
	scripts/with-cluster scripts/bench-operator --program .build-release/release/openclaw-cloud

bench-box: ## Time what a customer waits for: paid, renamed, asleep → answer; ten runs each, with the real OpenClaw
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	scripts/bench-box

chaos-box: ## Write to agents that fall asleep and wake up, and kill platform and agents at random moments
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	BOX_MESSAGES=100 swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter "SleepJourneyTests"
	swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter "InboxTests|BoxServiceTests|AgentSettingsTests"

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
