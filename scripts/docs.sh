#!/bin/sh
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The documentation: generated pages are up to date, the linter finds nothing, and the site builds without a warning into
# .cache/docs/html. Needs no network. `scripts/docs.sh quick` leaves the site out.
set -eu
cd "$(dirname "$0")/.."
export ANSIBLE_COLLECTIONS_PATH="$PWD/.cache/collections"

antsibull() {
    antsibull-docs --config-file scripts/docs/antsibull.cfg "$@"
}

python -m scripts.docs --check
antsibull lint-collection-docs --plugin-docs --check-extra-docs-refs \
    --validate-collection-refs all --disallow-unknown-collection-refs .
[ "${1:-}" = quick ] && exit 0

site=.cache/docs
mkdir -p "$site/rst"
# antsibull-docs insists that nobody else can write there.
chmod go-w "$site" "$site/rst"
antsibull collection --use-current --cleanup everything --fail-on-error --dest-dir "$site/rst" wslfleet.cuda
cp scripts/docs/index.rst "$site/rst/index.rst"
cp -r docs/docsite/images "$site/rst/collections/wslfleet/cuda/"
sphinx-build -q -W --keep-going -b html -d "$site/doctrees" -c scripts/docs "$site/rst" "$site/html"
echo "$PWD/$site/html/index.html"
