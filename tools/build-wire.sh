#!/usr/bin/env bash
# Builds clients/web/wire/ for wasm into its pkg/ (counterpart_wire.js, .d.ts and _bg.wasm, which the web client's
# workers load), and writes its size to target/report/wire.json. Downloads nothing; run setup.sh before.
set -euo pipefail
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

out=$root/clients/web/wire/pkg
wasm_opt=$root/node_modules/binaryen/bin/wasm-opt

main() {
  local way wasm inputs
  way=$(wasm_way) || die "no compiler for $wasm_target is set up; run: make setup"
  for tool in "$(wasm_bindgen)" "$wasm_opt"; do
    [ -x "$tool" ] || die "$(basename "$tool") is not set up; run: make setup"
  done
  cd "$root"
  with_wasm "$way" cargo build --quiet --lib --release --package counterpart-wire --target "$wasm_target" >&2
  wasm=$edge_target/$wasm_target/release/counterpart_wire.wasm
  inputs=$(cat "$wasm" "$root/package-lock.json" "$root/tools/build-wire.sh" | sha256sum)
  if [ "$(cat "$out/.built-from" 2>/dev/null)" = "$inputs" ] && [ -f "$out/counterpart_wire_bg.wasm" ]; then
    say "clients/web/wire/pkg is up to date, $(sizes)" >&2
  else
    quietly "$(wasm_bindgen)" --target web --omit-default-module-path --out-dir "$out" "$wasm" ||
      die "wasm-bindgen failed, see above"
    quietly "$wasm_opt" -Os --strip-debug --strip-producers --enable-bulk-memory --enable-nontrapping-float-to-int \
      --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue \
      "$out/counterpart_wire_bg.wasm" -o "$out/counterpart_wire_bg.wasm" || die "wasm-opt failed, see above"
    echo "$inputs" >"$out/.built-from"
    say "clients/web/wire/pkg is new, $(sizes)" >&2
  fi
  report "$way"
}

raw() { stat -c %s "$out/counterpart_wire_bg.wasm"; }
gzipped() { gzip -9 -c "$out/counterpart_wire_bg.wasm" | wc -c; }
sizes() { echo "wasm $(($(raw) / 1024)) KiB, gzip $(($(gzipped) / 1024)) KiB"; }

report() {
  mkdir -p "$root/target/report"
  printf '{"wasm_bytes": %s, "wasm_gzip_bytes": %s, "toolchain": "%s"}\n' \
    "$(raw)" "$(gzipped)" "$1" >"$root/target/report/wire.json"
}

main "$@"
