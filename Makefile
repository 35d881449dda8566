# Every target sets up .venv from the lock file first, and again only when the lock or pyproject.toml changed.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
LAB := $(BIN)/../share/jupyter/lab/settings
START := notebooks/00_start.ipynb
API := datasets economies regions metrics readiness gap scenarios claims findings figures revisions vintages importers teaching
NOTEBOOKS := $(filter-out $(START),$(wildcard notebooks/0*.ipynb))
# One thread a process: the tests and runs are parallel already.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
# Where it is set, as in many containers, every process would compile anew what it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help report test lab notebooks teaching dictionary api site site-test lint lock wheel clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: name it with 'make PYTHON=python3.12'." >&2; exit 1; }
	@echo "Setting up .venv from requirements.lock"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "The module venv is missing: on Debian, install python3-venv." >&2; exit 1; }
	@awk '/^uv==/ {found = 1} found {print} found && !/\\$$/ {exit}' requirements.lock > .venv/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

report: .venv/ready ## run the notebooks with their defaults into reports/ and print where to look
	@for notebook in $(basename $(notdir $(NOTEBOOKS))); do $(BIN)/cdt run $${notebook#*_} --out reports || exit 1; done
	@echo "Open $(CURDIR)/reports/index.html"

test: .venv/ready ## run every test, the notebooks under nbval among them
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder

# JupyterLab would ask, in front of the class, for leave to fetch its news.
lab: .venv/ready ## open JupyterLab on its start page, on this machine only and with a token
	@mkdir -p $(LAB) && echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}' > $(LAB)/overrides.json
	@$(BIN)/jupyter lab --ip 127.0.0.1 --notebook-dir . --LabApp.default_url /lab/tree/$(START)

notebooks: .venv/ready ## execute the committed notebooks and save their outputs
	@$(BIN)/python -m carec_digital_trade.runs.save $(START) $(NOTEBOOKS)

teaching: .venv/ready ## build the student and solution notebooks of the teaching sessions from their sources
	@$(BIN)/python -m carec_digital_trade.teaching.build

dictionary: .venv/ready ## print the data dictionary into data/README.md
	@sed -i '/<!-- dictionary -->/q' data/README.md && echo >> data/README.md
	@$(BIN)/python -m carec_digital_trade.dictionary >> data/README.md

api: .venv/ready ## print the reference of the library, from its docstrings, into build/api/
	@$(BIN)/pdoc --docformat numpy --output-directory build/api $(addprefix carec_digital_trade.,$(API))
	@echo "Open $(CURDIR)/build/api/index.html"

# PYODIDE names a folder with the release of Pyodide, or its address, in place of the package index.
site: .venv/ready ## build the site that runs in a browser into site/
	@$(BIN)/python lite/making.py --pyodide "$(PYODIDE)"

site-test: site ## build the site and try it in a browser that reaches nothing else
	@CDT_SITE=$(CURDIR)/site $(BIN)/python -m pytest tests/browser/test_site.py -s

lint: .venv/ready ## check style and formatting
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

lock: .venv/ready ## renew requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile --quiet --upgrade --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml --output-file requirements.lock

wheel: .venv/ready ## build the wheel, with data and notebooks in it, into dist/
	@$(BIN)/python -m hatchling build -t wheel

clean: ## remove what the other targets made, .venv included
	@rm -rf .venv reports dist build site .pytest_cache .ruff_cache .hypothesis
