# Two commands: `make demo` runs the whole system on this machine, `make test` passes the tests; `make` lists the others. They
# need Python 3.11 or newer, git and make; uv is fetched into .tools/ by its hash where it is missing, and everything else by uv from the
# lock file.

SHELL := /bin/bash
UV := $(shell command -v uv || echo .tools/bin/uv)
RUN := $(UV) run --frozen
# Tests never see the developer's own AWS settings. What they start hundreds of times is compiled once.
CLEAN := env -u PYTHONDONTWRITEBYTECODE -u AWS_PROFILE -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_SESSION_TOKEN -u AWS_ENDPOINT_URL
# A file of tests stays with one worker, which starts what the file needs once. Files that take longest begin first. Tests
# wait for other processes: four workers keep two cores busy.
SPREAD := -n 4 --dist loadscope --no-loadscope-reorder

.PHONY: help demo test lint security audit fuzz faults soak mutants pages recording console screenshots package terraform bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "%-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(UV) ## the whole system on this machine, and a short tour of it
	$(CLEAN) $(RUN) python -m deploy.local.tour

test: $(UV) ## every test
	$(CLEAN) $(RUN) --group cdk pytest $(SPREAD) $(PYTEST_ARGS)

lint: $(UV) ## format, lint, vocabulary, types, import rules, workflows, the container file
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) codespell
	$(RUN) mypy
	$(RUN) mypy --platform win32 --cache-dir .mypy_cache/win32 -p sentinel -p shared
	$(RUN) mypy --platform darwin --cache-dir .mypy_cache/darwin -p sentinel -p shared
	$(RUN) lint-imports
	$(RUN) jactionlint --shellcheck=
	$(RUN) zizmor --offline --quiet --persona=pedantic .github deploy/github-action
	$(RUN) hadolint deploy/client/Containerfile

security: $(UV) ## tests/security and every test the threat model names, a line per threat; then some controls are removed: REMOVALS=all
	$(CLEAN) $(RUN) --group cdk python -m deploy.docs.threats --removals $(or $(REMOVALS),3) $(SPREAD) $(PYTEST_ARGS)

audit: $(UV) ## known vulnerabilities of every locked package; says what it could not ask; STRICT=1 fails there
	$(RUN) sh deploy/audit.sh $(AUDIT_ARGS)

pages: $(UV) ## regenerate the generated pages of docs/, the READMEs of deploy/terraform and the Homebrew formula
	$(RUN) python -m deploy.docs.pages
	$(RUN) python -m deploy.client.formula

recording: $(UV) ## docs/terminal.svg, the README's terminal session, recorded on the local stack
	$(CLEAN) $(RUN) python -m deploy.docs.recording

console: ## shared/console/static/app.js from deploy/console, with what its lock file names; needs Node.js and npm
	npm ci --prefix deploy/console --no-audit --no-fund --ignore-scripts
	npm run --prefix deploy/console check
	npm run --prefix deploy/console build

screenshots: $(UV) ## docs/console, each page of the console on the local stack, by Chromium
	$(CLEAN) $(RUN) python -m deploy.docs.screenshots

package: $(UV) ## the Lambdas' zips, for both architectures, into dist/
	$(RUN) python -m deploy.packages $(PACKAGE_ARGS)

bench: $(UV) ## latency and cold starts, in one table; BENCH_ARGS=--keep writes docs/performance.md
	$(CLEAN) $(RUN) --group bench python -m load.bench $(BENCH_ARGS)

fuzz: $(UV) ## hostile input, SECONDS=60 for each target, and many more examples of each property; FUZZ_ARGS=--keep writes docs/assurance.md
	$(CLEAN) $(RUN) --group fuzz python -m tests.security.fuzz --seconds $(or $(SECONDS),60) $(FUZZ_ARGS)
	$(CLEAN) $(RUN) pytest -n 2 -m hypothesis tests/unit tests/security --hypothesis-profile=long --timeout=1800 $(PYTEST_ARGS)

faults: $(UV) ## every call to AWS with every fault, one line each; FAULTS_ARGS=--keep writes docs/assurance.md
	$(CLEAN) $(RUN) python -m tests.faults $(FAULTS_ARGS)

soak: $(UV) ## half an hour of everything at once: nothing grows; SOAK_ARGS=--keep writes docs/assurance.md
	$(CLEAN) $(RUN) python -m load.soak $(SOAK_ARGS)

mutants: $(UV) ## changes shared/core one place at a time: a test has to notice; MUTANTS='shared.core.stamp.*' --keep
	$(CLEAN) $(RUN) --group mutants python -m tests.mutation $(MUTANTS)

terraform: $(UV) ## the Terraform modules: format, their own tests, and an apply to the emulator
	@command -v terraform >/dev/null || echo "Terraform is not installed: https://developer.hashicorp.com/terraform/install"
	$(CLEAN) $(RUN) pytest tests/unit/terraform tests/e2e/terraform $(PYTEST_ARGS)

# uv checks the hashes of everything else, so its own is checked by pip, which comes with Python. The file is written by the
# command in its first lines, and a test compares it with uv.lock. A wheel only: building from source would fetch more.
.tools/bin/uv: tools/uv.txt
	python3 -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check --force-reinstall --require-hashes --only-binary :all: -r tools/uv.txt
	touch $@
