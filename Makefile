# make demo    the main job on bundled messages, both directions
# make test    all tests
# Both install into .venv first; PYTHON=python3.12 make test chooses another Python.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REFERENCE := $(if $(CIMRDF_REFERENCE),$(CIMRDF_REFERENCE),$(abspath ../shared/reference))
WHEEL := build/wheel

.PHONY: demo test lint types wheel-test fuzz bench-cold derive clean

demo: $(VENV)/.installed
	$(BIN)/cimrdf demo

test: $(VENV)/.installed
	$(BIN)/python -m pytest

lint: $(VENV)/.linted
	$(BIN)/ruff check .

types: $(VENV)/.linted
	$(BIN)/mypy

# The tests against what users install: the wheel, in an environment of its own, without the package of the checkout.
wheel-test: $(VENV)/.installed
	rm -rf $(WHEEL)
	$(BIN)/python -m build --outdir $(WHEEL) .
	$(PYTHON) -m venv $(WHEEL)/venv
	$(WHEEL)/venv/bin/python -m pip install --quiet "$$(ls $(WHEEL)/*.whl)[fast,test]"
	mkdir $(WHEEL)/tree
	tar -xzf $(WHEEL)/*.tar.gz --strip-components=1 -C $(WHEEL)/tree
	rm -rf $(WHEEL)/tree/cimrdf
	cd $(WHEEL)/tree && CIMRDF_REFERENCE=$(REFERENCE) ../venv/bin/pytest tests/test_cases.py tests/test_reference_messages.py tests/test_values.py tests/unit/engine

# Generated and spoilt messages, and 1,000 instances of every root to RDF and back, going on where the last run ended;
# FUZZ="--messages 100 --instances 50" for a short one.
fuzz: $(VENV)/.installed
	$(BIN)/python -m tests.fuzz $(FUZZ)

# The cold start of one small translation, as a ratio to importing rdflib's SPARQL; the results are kept in docs/benchmarks.md.
bench-cold: $(VENV)/.installed
	$(BIN)/python benchmarks/cold_start.py

# Everything that is committed though it could be made from something else.
derive: $(VENV)/.installed
	$(BIN)/cimrdf export rules -o alignments
	$(BIN)/python -m cimrdf.cli.reference docs/cli.md
	@if [ -d "$(REFERENCE)" ]; then \
	  sed -n '/^```sh/,/^```/{/^```/!p}' ontology/README.md | PATH="$(abspath $(BIN)):$$PATH" CIMRDF_REFERENCE="$(REFERENCE)" sh -e; \
	else echo "vocabularies left as they are: no reference schemas at $(REFERENCE)"; fi

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[fast,test]'
	touch $@

$(VENV)/.linted: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[fast,test,lint]'
	touch $@
