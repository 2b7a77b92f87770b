# The commands of this project. Each installs what it needs into .venv; `make help` lists them.
PYTHON ?= python3
PORT ?= 8000
SITE ?= site
# Material prints an advertisement for its successor at each build.
export NO_MKDOCS_2_WARNING := 1
# pip does not advertise its next version.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Builds are byte-identical: dates in them come from the last commit.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --pretty=%ct 2>/dev/null || echo 0)

bin := .venv/bin
# Files that mark what is installed: the site's tools, or everything (PyTorch and the tests' tools).
site_tools := .venv/.site
all_tools := .venv/.all

.PHONY: help serve test build offline check fresh update audit sheets mutants mutants-package bench clean
.DELETE_ON_ERROR:

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

serve: $(site_tools)  ## show the site on http://127.0.0.1:8000 and rebuild a page when it is saved
	@$(bin)/python -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>/dev/null \
		|| { echo "Port $(PORT) is taken: stop what uses it, or choose another, as in: make serve PORT=8001" >&2; exit 1; }
	$(bin)/mkdocs serve --dirty --dev-addr 127.0.0.1:$(PORT)

test: $(all_tools)  ## test everything: pages, package, site
	$(bin)/pytest --numprocesses=2 --dist=loadgroup

build: $(site_tools)  ## build the site into site/
	$(bin)/python -m pages.publish $(SITE)

offline: $(site_tools)  ## build the site that opens without a server into dist/, as a folder and as a zip file
	$(bin)/python -m pages.publish --offline dist/nnfp-site

check: $(all_tools) audit/node_modules  ## check format, lint, types, imports and the workflows (needs Node)
	$(bin)/ruff format --check
	$(bin)/ruff check
	$(bin)/mypy
	$(bin)/lint-imports --no-logo --no-cache
	$(bin)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(bin)/zizmor --offline --quiet .github/workflows
	audit/node_modules/.bin/eslint --config audit/eslint.config.mjs --max-warnings 0 docs/assets

fresh: $(all_tools)  ## install the package from the built site into a new environment and run the notebooks there
	$(bin)/python -m audit.fresh

update: $(all_tools)  ## rewrite the outputs, figures and notes of the pages; review the diff
	$(bin)/pytest docs README.md --update-pages

mutants: $(all_tools)  ## write the changes of pages that no test catches to docs/data/mutants.json; SAMPLE=50: 50 of each page
	$(bin)/python -m pages.mutants docs/index.md docs/learn/*.md docs/about/*.md \
		$(if $(SAMPLE),--sample $(SAMPLE)) --json docs/data/mutants.json

mutants-package: $(all_tools)  ## the same for nnfp and mutants-package.json; SAMPLE=12: 12 changes of each module
	HYPOTHESIS_STORAGE_DIRECTORY=$(CURDIR)/.hypothesis $(bin)/python -m pages.mutants nnfp/*.py nnfp/*/*.py \
		$(if $(SAMPLE),--sample $(SAMPLE)) --json docs/data/mutants-package.json

audit: $(all_tools) audit/node_modules  ## check the whole site in three engines and measure its scores (needs Node)
	$(bin)/python -m audit.site

sheets: $(all_tools)  ## write pictures of all pages in three engines into sheets/, for people to look at
	$(bin)/python -m audit.sheets sheets

bench: $(all_tools)  ## measure the project's own code and write the times to docs/data/bench.json
	$(bin)/python benchmarks/bench.py

clean:  ## remove what the other commands made
	rm -rf .venv site sheets dist/nnfp-site* audit/node_modules

# venv writes pip last, so make repeats an environment that was interrupted.
$(bin)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "expected Python 3.11 or newer, got $(PYTHON): choose another, as in: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(site_tools): docs/requirements.txt pyproject.toml constraints.txt | $(bin)/pip
	$(bin)/pip install --quiet --constraint constraints.txt --requirement docs/requirements.txt
	$(bin)/pip install --quiet --constraint constraints.txt --no-deps --editable . matplotlib
	@touch $@

$(all_tools): $(site_tools)
	$(bin)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

audit/node_modules: audit/package.json audit/package-lock.json
	npm ci --prefix audit --no-audit --no-fund
	@touch $@
