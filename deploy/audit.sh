#!/bin/sh
# `make audit`: has pip-audit ask a vulnerability service about every lock, and never takes silence for an all-clear. pip-audit
# passes where its service does not know a package, and ends with a traceback where there is no service: both are NOT CHECKED.
# Exits with 1 for a vulnerability; with STRICT=1, exits with 2 for what was not checked. Arguments go to pip-audit.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
uv export --quiet --locked --no-emit-project --all-groups --no-annotate >"$work/uv.lock"
vulnerable='' unchecked=''

# Each of the other files pins what the project's own lock has otherwise.
for lock in "$work/uv.lock" deploy/checkov.txt deploy/local/emulator.txt deploy/packages/emulator.txt; do
    name=${lock#"$work/"} failed=''
    : >"$work/report"
    pip-audit --disable-pip --require-hashes --desc=off --progress-spinner=off --timeout=10 "$@" \
        --requirement="$lock" --output="$work/report" 2>"$work/errors" || failed=yes
    if ! summary=$(grep -E '^(No|Found [0-9]+) known vulnerabilit' "$work/errors"); then
        echo "$name: NOT CHECKED, pip-audit gave no report ($(tail -n 1 "$work/errors" | cut -c 1-100))"
        unchecked=yes
        continue
    fi
    echo "$name: $summary"
    [ -z "$failed" ] || vulnerable=yes
    # What was skipped is a table of its own, below that of the vulnerabilities.
    sed '/^Name  *Skip Reason/,$d' "$work/report"
    skipped=$(sed -n '/^Name  *Skip Reason/,$p' "$work/report" | tail -n +3 | cut -d ' ' -f 1 | tr '\n' ' ')
    if [ -n "$skipped" ]; then
        echo "  NOT CHECKED, the service does not know: $skipped"
        unchecked=yes
    fi
done

[ -z "$unchecked" ] || echo 'not everything was checked: this is no all-clear; run it again where the service can be reached'
[ -z "$vulnerable" ] || exit 1
[ -z "$unchecked" ] || [ -z "${STRICT:-}" ] || exit 2
