#!/usr/bin/env bash
# Builds the web client's wasm, workers and worklet into the folder $1, and prints the esbuild flag that tells the pages
# what they are called there; see clients/web/src/media/README.md. Downloads nothing; run setup.sh before.
set -euo pipefail
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ -n "${1:-}" ] || die "no folder is given; run: tools/build-media.sh FOLDER"
[ -x "$root/node_modules/esbuild/bin/esbuild" ] || die "esbuild is not set up; run: make setup"
"$root/tools/build-wire.sh" >&2
node "$root/clients/web/build-media.mjs" "$(realpath -m "$1")"
