# Two commands do all set-up: `make serve` shows the site, `make test` proves it.
PYTHON ?= python3
PORT ?= 8000
SITE ?= site
# Material would advertise its successor at each build.
export NO_MKDOCS_2_WARNING := 1
# Builds are byte-identical: dates in them come from the last commit.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --pretty=%ct 2>/dev/null || echo 0)

bin := .venv/bin
installed := .venv/.installed

.PHONY: serve test build offline check update audit mutants mutants-package bench clean

serve: $(installed)  ## show the site on http://127.0.0.1:8000 and rebuild it when a page is saved
	@$(bin)/python -c 'import socket; socket.create_server(("127.0.0.1", $(PORT))).close()' 2>/dev/null \
		|| { echo "Port $(PORT) is taken: stop what uses it, or choose another, as in: make serve PORT=8001" >&2; exit 1; }
	$(bin)/mkdocs serve --livereload --dirty --dev-addr 127.0.0.1:$(PORT)

test: $(installed)  ## prove everything: pages, package, site
	$(bin)/pytest --numprocesses=2 --dist=loadgroup

build: $(installed)  ## the site as files, in site/
	$(bin)/python -m pages.publish $(SITE)

offline: $(installed)  ## the site to be opened without a server, as a folder and packed, in dist/
	$(bin)/python -m pages.publish --offline dist/nnfp-site

check: $(installed)  ## format, lint, types
	$(bin)/ruff format --check
	$(bin)/ruff check
	$(bin)/mypy

update: $(installed)  ## rewrite outputs and figures of the pages; review the diff
	$(bin)/pytest docs README.md --update-pages

mutants: $(installed)  ## which changes of the pages would nobody notice? into docs/data/mutants.json
	$(bin)/python -m pages.mutants docs/index.md docs/learn/*.md --json docs/data/mutants.json

mutants-package: $(installed)  ## which changes of nnfp would nobody notice? into docs/data/mutants-package.json
	$(bin)/python -m pages.mutants nnfp/*.py --json docs/data/mutants-package.json

audit: $(installed) audit/node_modules  ## look at the whole site in a browser, and at its scores (needs Node)
	$(bin)/python -m audit.site

bench: $(installed)  ## how long the project's own things take, into docs/data/bench.json
	$(bin)/python benchmarks/bench.py

clean:  ## remove what the other targets made
	rm -rf .venv site dist/nnfp-site* audit/node_modules

$(installed): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or newer is needed, and $(PYTHON) is not: name one, as in: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(bin)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

audit/node_modules: audit/package.json audit/package-lock.json
	npm ci --prefix audit --no-audit --no-fund
	@touch $@
