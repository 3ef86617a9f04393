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
# These modules' tests run at the same time. The others wait for processes, connections and timeouts, and run one by one.
PARALLEL_TESTS := ^(API|Account|Architecture|Billing|HostDesk|Identity|Infrastructure|ModelAPI|Notifications|Onboarding|S3|SQL|StoreConformance|Stripe|Telegram|Web)Tests[.]

.PHONY: run test check build release format lint chaos-journey limit-proxy chaos-proxy mutants-proxy abuse-proxy abuse-site fuzz-proxy \
	bench-proxy bench-site bench-jobs test-replicas chaos-replicas simulate-billing mutants-billing chaos-billing test-openclaw test-pages test-operator chaos-operator bench-operator eval-onboarding help

run: ## Build, and start the whole product on this machine: http://localhost:8080
	@scripts/bootstrap run
	swift build $(BUILD_FLAGS) --product openclaw-cloud
	@exec $(PROGRAM) serve

test: ## Build, and run every test, with a PostgreSQL server of its own
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	scripts/with-postgres swift test $(BUILD_FLAGS) --skip-build --filter "$(PARALLEL_TESTS)"
	scripts/with-postgres swift test $(BUILD_FLAGS) --skip-build --no-parallel --skip "$(PARALLEL_TESTS)|JourneyTests|ClusterTests"
	scripts/with-postgres swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter JourneyTests
	scripts/with-postgres scripts/with-redis swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter "(Replicas|Redis)Tests"
	scripts/test-alerts
	scripts/with-postgres scripts/with-pgbouncer scripts/with-redis scripts/test-replicas
	scripts/with-postgres scripts/with-pgbouncer scripts/with-redis scripts/chaos-replicas --minutes 0.3 --seed 1
	scripts/with-postgres scripts/with-pgbouncer swift test $(BUILD_FLAGS) --skip-build --filter "StoreConformanceTests"
	scripts/with-openclaw swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter "OpenClaw(Contract|Journey)Tests"
	scripts/test-peers
	scripts/test-pages --quick
	scripts/simulate-billing 5000
	scripts/limit-proxy --rounds 3
	scripts/chaos-proxy --kills 40
	scripts/abuse-proxy --seconds 2
	scripts/abuse-site --seconds 3
	scripts/allocations-proxy
	scripts/with-cluster swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter ClusterTests
	scripts/with-cluster scripts/validate-manifests
	scripts/with-cluster scripts/rbac-operator --skip-needed
	scripts/with-cluster scripts/bench-operator --quick --program $(PROGRAM)
	scripts/with-cluster scripts/chaos-operator --seconds 45 --seed 1
	@if [ "$$(id -u)" = 0 ]; then scripts/journey-operator; else echo "scripts/journey-operator: skipped, needs root"; fi
	scripts/test-nix
	scripts/test-image

check: ## Build, lint, and run the unit tests on SQLite: for work in progress
	@scripts/bootstrap run
	swift build $(BUILD_FLAGS) --build-tests
	scripts/lint
	TEST_ENGINES=sqlite swift test $(BUILD_FLAGS) --skip-build --filter "$(PARALLEL_TESTS)"
	TEST_ENGINES=sqlite swift test $(BUILD_FLAGS) --skip-build --no-parallel \
		--skip "$(PARALLEL_TESTS)|JourneyTests|ClusterTests|OpenClaw(Contract|Journey)Tests"

build: ## Build everything, the tests too
	@scripts/bootstrap run
	swift build $(BUILD_FLAGS) --build-tests

release: ## Build the program for others: .build-release/release/openclaw-cloud
	@scripts/bootstrap run
	swift build $(RELEASE_FLAGS) --product openclaw-cloud

.PHONY: image test-nix journey-platform
image: release ## Pack the program into an image, without Docker and without Nix: .build-release/image
	scripts/image

test-nix: ## Check the flake, as far as that goes without the network: NIX_INPUTS is a folder with its inputs' sources
	scripts/test-nix

journey-platform: ## Run the whole platform on a real node from its rendered manifests and its own image, and walk the journey
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --product openclaw-cloud
	scripts/journey-platform

format: ## Format the Swift files in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources

eval-onboarding: ## Let the visitors of the evaluation set talk to the script and to a model: the sandbox's, or MODEL_URL's with MODEL_KEY
	@scripts/bootstrap run
	swift build $(BUILD_FLAGS) --build-tests
	EVALUATE=1 swift test $(BUILD_FLAGS) --skip-build --filter "EvaluationTests"
	@echo "The script:" && tail -5 .build/eval-onboarding.txt
	@echo "The model:" && tail -5 .build/eval-onboarding-model.txt

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
	scripts/mutants-program Tests/TokenProxyMutants

abuse-proxy: release ## Attack the token proxy in every way a client can, and time a good client meanwhile
	@scripts/bootstrap test
	PROGRAM=$(CURDIR)/.build-release/release/openclaw-cloud scripts/abuse-proxy --strict

abuse-site: release ## Attack the site in every way a stranger can, and time a good visitor and a good agent meanwhile
	PROGRAM=$(CURDIR)/.build-release/release/openclaw-cloud scripts/abuse-site --strict

simulate-billing: ## Run the rules of billing through RUNS random lives of subscriptions, from SEED
	scripts/simulate-billing $(or $(RUNS),100000) $(SEED)

chaos-billing: ## Deliver 1,000 shuffled events of 50 customers, once and three times, while the worker dies 2 times in 100
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	CHAOS_CUSTOMERS=50 CHAOS_EVENTS=1000 CHAOS_RATE=2 CHAOS_DEATHS=200 \
		swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter BillingTests.ChaosTests

mutants-billing: ## Plant known bugs in the rules of billing, one at a time, and see that the simulation catches each
	scripts/mutants-billing

fuzz-proxy: ## Read 10 million mutated request heads in two ways and compare
	@scripts/bootstrap run
	swift build $(BUILD_FLAGS) --build-tests
	FUZZ_INPUTS=10000000 swift test $(BUILD_FLAGS) --skip-build --filter HeadFuzzTests

test-openclaw: ## Run the tests that need the real OpenClaw program: what is rendered for it, and what it does
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	scripts/with-openclaw swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter "OpenClaw(Contract|Journey)Tests"

test-pages: ## Look at every page with a browser and axe: phone and desk, light and dark, both languages
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	scripts/test-pages

test-replicas: ## Run two of every service behind nginx: the journey, words across processes, rolling restarts, kills
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --product openclaw-cloud
	scripts/with-postgres scripts/with-pgbouncer scripts/with-redis scripts/test-replicas --full

chaos-replicas: ## Kill, freeze and empty any part of the platform at random for 20 minutes, and hold the books afterwards
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --product openclaw-cloud
	scripts/with-postgres scripts/with-pgbouncer scripts/with-redis scripts/chaos-replicas

bench-jobs: ## Measure the queue of jobs beside pgbench running the same SQL
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	scripts/with-postgres scripts/bench-jobs 20000

bench-site: release ## Time the site's pages with 10,000 customers in the database, and its landing page beside nginx
	@scripts/bootstrap test
	scripts/with-postgres scripts/bench-site

.PHONY: instructions-proxy
instructions-proxy: release ## Count the instructions of a call and of a chunk in the token proxy and in nginx
	scripts/instructions-proxy

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
	BOX_MESSAGES=2000 BOX_AGENTS=20 scripts/sleep-box
	BOX_MESSAGES=60 BOX_AGENTS=2 scripts/with-openclaw scripts/sleep-box

.PHONY: mutants-box trials-openclaw
mutants-box: ## Plant known bugs in the box, one at a time, and see that the trials of sleep catch each
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	scripts/mutants-program Tests/BoxMutants

trials-openclaw: ## Run the long trials with the real OpenClaw: kills, ten agents, silence, the limit, messages' prices
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	OPENCLAW_TRIALS=1 OPENCLAW_KILLS=30 OPENCLAW_AGENTS=10 OPENCLAW_IDLE=1800 OPENCLAW_ROUNDS=50 OPENCLAW_MESSAGES=100 \
		scripts/with-openclaw swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter "OpenClaw(JourneyTests|Trials)"

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
