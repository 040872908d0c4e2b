# Everything starts here; `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help setup run lab test agree faults lint check format bench bench-directories bench-vcenters sample
BIN := .venv/bin

help: ## List these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1|/' | awk -F'|' '{printf "  make %-17s %s\n", $$1, $$2}'

setup: ## Create .venv with the command accessreview in it
	@sh scripts/setup.sh run

run: setup ## Serve the sample company; with CONFIG=FILE your own vCenters and directories
	@$(BIN)/accessreview run $(if $(CONFIG),--config "$(CONFIG)")

lab: ## Start a vCenter of our own and slapd, and the application collecting from both
	@sh scripts/setup.sh tests
	@$(BIN)/python -m scripts.lab

test: ## Set up everything the tests need, real servers included, and run them
	@sh scripts/setup.sh tests
	@$(BIN)/python -m pytest -n 2 $(ARGS)

agree: ## Hold the engine against a naive reference on random estates; ESTATES=10000 SEED=1
	@sh scripts/setup.sh dev
	@$(BIN)/python -m scripts.agree --estates $(or $(ESTATES),10000) --seed $(or $(SEED),1)

faults: ## Let every fault befall real directories and the lab vCenter, and write what becomes of it (minutes)
	@sh scripts/setup.sh tests
	@$(BIN)/python -m scripts.faults $(ARGS)

lint: ## Format, style, types and import contracts
	@sh scripts/setup.sh dev
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint test ## What must be clean before a commit lands

format: ## Write the format that lint asks for
	@sh scripts/setup.sh dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix --quiet .

bench: ## Measure the analysis beside what one could use instead, and write docs/benchmarks.md (hours)
	@sh scripts/setup.sh bench
	@$(BIN)/python bench/compare.py $(ARGS)
	@$(BIN)/python bench/compare.py --spread $(ARGS)

bench-directories: ## Measure how fast a directory is read beside other clients, and write it there (minutes)
	@sh scripts/setup.sh tests
	@$(BIN)/python bench/directory_speed.py $(ARGS)

bench-vcenters: ## Measure how fast a vCenter is read beside pyVmomi and a script, and write it there (minutes)
	@sh scripts/setup.sh tests
	@$(BIN)/python bench/vcenter_speed.py $(ARGS)

sample: ## Make the sample company's files again
	@sh scripts/setup.sh dev
	@$(BIN)/python scripts/make_sample.py
