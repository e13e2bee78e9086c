# make book    execute the chapters and build the site
# make pdf     the whole book as a PDF (make epub: as an e-book)
# make test    run every test
# make lab     open JupyterLab on the book
# make clean   remove what was built (make distclean: the environment too)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: book pdf epub test lab lock clean distclean

book: $(READY)
	@$(BIN)/python scripts/build.py

pdf epub: book
	@$(BIN)/python scripts/print.py $@

test: $(READY) book
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadfile

lab: $(READY)
	@$(BIN)/jupyter lab book

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Second Line needs Python 3.11 or newer; name one with 'make PYTHON=python3.12 book'."; exit 1; }
	@echo "Making $(VENV) from requirements.lock (once; a few minutes)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

# writes the pinned set again from pyproject.toml; needs uv
lock:
	uv pip compile pyproject.toml --extra book --extra test --universal --python-version 3.11 \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" -o requirements.lock

clean:
	rm -rf _build book/_build .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf $(VENV)
