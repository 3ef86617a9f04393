# `make run` and `make test` are all one needs; each installs what is missing and builds first.

SHELL := bash
.DEFAULT_GOAL := help
# One set of flags for every build, so that switching between targets rebuilds nothing. A target that imports what
# Package.swift doesn't give it is an error.
BUILD_FLAGS := --explicit-target-dependency-import-check error
PROGRAM := .build/debug/openclaw-cloud

.PHONY: run test build format lint chaos-journey help

run: ## Build, and start the whole product on this machine: http://localhost:8080
	@scripts/bootstrap run
	swift build $(BUILD_FLAGS) --product openclaw-cloud
	@exec $(PROGRAM) serve

test: ## Build, and run every test, with a PostgreSQL server of its own
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	scripts/with-postgres swift test $(BUILD_FLAGS) --skip-build --no-parallel --skip JourneyTests
	scripts/with-postgres swift test $(BUILD_FLAGS) --skip-build --no-parallel --filter JourneyTests
	scripts/test-peers

build: ## Build everything, the tests too
	@scripts/bootstrap run
	swift build $(BUILD_FLAGS) --build-tests

format: ## Format the Swift files in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests

lint: ## Check format, style, scripts and the length of files
	scripts/lint

chaos-journey: ## Kill the product at 50 random moments of the journey and see that nothing is lost or done twice
	@scripts/bootstrap test
	swift build $(BUILD_FLAGS) --build-tests
	@rm -f .build/chaos-journey.txt
	CHAOS_KILLS=50 scripts/with-postgres swift test $(BUILD_FLAGS) --skip-build --filter ChaosJourneyTests
	@cat .build/chaos-journey.txt

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
