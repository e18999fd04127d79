# SPDX-License-Identifier: Apache-2.0
# The front door. Every verb is thin: what it does stands in Deploy/Scripts/parley, one short module per subject.
#
# Choices, given as `make up ENGINE=simulated REPLICAS=2`:
#   ENGINE       llama (the default: a real model), simulated (no model, answers at once), or upstream (other servers)
#   UPSTREAM_URLS      with ENGINE=upstream: OpenAI-compatible servers, comma-separated, one worker in front of each
#   UPSTREAM_KEY_FILE  a file with the key they ask for, if they do
#   REPLICAS     how many of each service; chat workers are always two or more
#   RUN          the folder of the running copy, .run by default
#   TRACE        with `make simulate`: a workload's file to replay; with RECORD=chat: the file to write one to
#   WORKERS      with `make simulate`: of how many workers
#   PORT_OFFSET  added to every port of the services, so that two copies can run side by side

ENGINE ?= llama
UPSTREAM_URLS ?=
UPSTREAM_KEY_FILE ?=
REPLICAS ?= 1
RUN ?= .run
PORT_OFFSET ?= 0
TRACE ?=
RECORD ?=
WORKERS ?=
SERVICE ?=
ONLY ?=
SEED ?= 1
SECONDS ?= 60

PARLEY := PYTHONPATH=Deploy/Scripts python3 -B -m parley
COPY := --run $(RUN)

.DEFAULT_GOAL := help
.PHONY: help install build up down status logs secrets rotate test faults fuzz sanitize bench simulate lint format proto

help: ## Print this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

install: ## Install Debian's packages (as root; else print the line) and build the model engine
	@sh Deploy/Scripts/install.sh
	@$(PARLEY) install

build: install ## Build the fourteen executables
	@$(PARLEY) build

up: ## Start everything under .run, ask one real question, print how to go on
	@sh Deploy/Scripts/install.sh
	@$(PARLEY) up $(COPY) --engine $(ENGINE) --upstreams "$(UPSTREAM_URLS)" \
		--upstream-key-file "$(UPSTREAM_KEY_FILE)" --replicas $(REPLICAS) --port-offset $(PORT_OFFSET)

down: ## Stop everything that `make up` started; the data stays
	@$(PARLEY) down $(COPY)

status: ## Print a table of the running processes: pid, port, ready or not
	@$(PARLEY) status $(COPY)

logs: ## Follow the logs, of one service with SERVICE=auth
	@$(PARLEY) logs $(COPY) --service "$(SERVICE)"

secrets: ## Make only the certificates and passwords, which docker-compose.yml mounts
	@sh Deploy/Scripts/install.sh
	@$(PARLEY) secrets $(COPY)

rotate: ## Make new certificates; running services take them into use within seconds
	@$(PARLEY) rotate $(COPY)

test: ## Everything CI runs, on a fresh machine too; one level with ONLY=swift
	@sh Deploy/Scripts/install.sh --tests
	@$(PARLEY) test --only "$(ONLY)"

faults: ## Kill every process in turn under load and compare the books; SEED=1,2,3
	@sh Deploy/Scripts/install.sh
	@SEED="$(SEED)" $(PARLEY) test --only faults

fuzz: ## Search inputs that break a rule, 60 s a target; ONLY=frames SECONDS=600
	@sh Deploy/Scripts/install.sh
	@$(PARLEY) fuzz --only "$(ONLY)" --seconds "$(SECONDS)"

sanitize: ## Run the protocol's tests under the thread and address sanitizers; ONLY=thread
	@sh Deploy/Scripts/install.sh
	@$(PARLEY) sanitize --only "$(ONLY)"

bench: ## Measure what Parley costs, beside its peers; one benchmark with ONLY=chain, stream, fleet, …
	@sh Deploy/Scripts/install.sh
	@$(PARLEY) bench --only "$(ONLY)"

simulate: ## The real scheduler against simulated workers, beside simpler policies: tables, and plots in .run/simulate
	@mkdir -p "$(RUN)/simulate"
	@PARLEY_ONLY=fleet-benchmark swift run -c release -debug-info-format none fleet-benchmark \
		$(if $(RECORD),record $(RECORD),$(if $(TRACE),replay,$(ONLY))) $(if $(TRACE),--trace "$(TRACE)") \
		$(if $(WORKERS),--workers $(WORKERS)) --plots "$(RUN)/simulate"

lint: ## Check the format of the Swift code with the toolchain's own formatter
	@$(PARLEY) lint

format: ## Rewrite the Swift code in the project's format
	@$(PARLEY) format

proto: ## Generate C, Swift values and clients from Proto
	@$(PARLEY) proto
