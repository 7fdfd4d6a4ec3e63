#!/usr/bin/env bash
# Lints edge/, tests/peer/ and clients/web/wire/ as what they run as, wasm: the native lint does not see what knows
# Cloudflare or the browser.
set -euo pipefail
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

way=$(wasm_way) || die "no compiler for $wasm_target is set up; run: make setup"
cd "$root"
build=(--release --lib --package counterpart-edge --package counterpart-peer --package counterpart-wire --target "$wasm_target")
if with_wasm "$way" cargo clippy --version >/dev/null 2>&1; then
  with_wasm "$way" cargo clippy "${build[@]}" -- -D warnings
else
  say "the $way compiler has no clippy, so only the compiler's own warnings are looked at"
  RUSTFLAGS="-D warnings" with_wasm "$way" cargo check "${build[@]}"
fi
