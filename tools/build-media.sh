#!/usr/bin/env bash
# Puts the web client's wasm (tools/build-wire.sh makes it), workers and worklet into the folder $1, and prints the
# esbuild flag that tells the pages what they are called there; see clients/web/src/media/README.md.
set -euo pipefail
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ -n "${1:-}" ] || die "no folder is given; run: tools/build-media.sh FOLDER"
[ -x "$root/node_modules/esbuild/bin/esbuild" ] || die "esbuild is not set up; run: make setup"
node "$root/clients/web/build-media.mjs" "$(realpath -m "$1")"
