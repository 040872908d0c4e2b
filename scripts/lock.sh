#!/bin/sh
# Write the hash locks anew from pyproject.toml (needs uv; only for changing dependencies).
set -eu
cd "$(dirname "$0")/.."
compile="uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-header --no-strip-extras"
$compile pyproject.toml requirements/build.in -o requirements/run.lock "$@"
$compile pyproject.toml requirements/build.in --group dev -c requirements/run.lock -o requirements/dev.lock "$@"
$compile pyproject.toml requirements/build.in --group bench -c requirements/run.lock -o requirements/bench.lock "$@"
# what `tests` adds to dev.lock, which has the tools to build it
uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-header --no-deps requirements/kerberos.in -o requirements/kerberos.lock "$@"
