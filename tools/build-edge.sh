#!/usr/bin/env bash
# Builds edge/ into edge/build/ (index.js and index_bg.wasm, which workerd and Cloudflare run), and writes
# its size to target/report/wasm.json. Downloads nothing; run setup.sh before.
# With a folder as $1, builds the Worker in that folder into its build/, and reports nothing.
set -euo pipefail
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder=${1:-edge}
out=$root/$folder/build

main() {
  local way wasm inputs
  way=$(wasm_way) || die "no compiler for $wasm_target is set up; run: make setup"
  for tool in "$(wasm_bindgen)" "$(worker_build)" "$root/node_modules/binaryen/bin/wasm-opt" "$root/node_modules/esbuild/bin/esbuild"; do
    [ -x "$tool" ] || die "$(basename "$tool") is not set up; run: make setup"
  done
  say "building $folder/ for wasm into $folder/build ($way compiler)"
  cd "$root/$folder"
  # The very build that worker-build runs: cargo knows best whether anything changed.
  with_wasm "$way" cargo build --lib --release --target "$wasm_target"
  wasm=$edge_target/$wasm_target/release/$(library).wasm
  inputs=$(cat "$wasm" "$root/Cargo.lock" "$root/package-lock.json" "$root/tools/build-edge.sh" "$root/tools/common.sh" | sha256sum)
  if [ "$(cat "$out/.built-from" 2>/dev/null)" = "$inputs" ] && [ -f "$out/index.js" ] && [ -f "$out/index_bg.wasm" ]; then
    say "$folder/build is up to date, $(sizes)"
  else
    quietly with_wasm "$way" env \
      WASM_BINDGEN_BIN="$(wasm_bindgen)" \
      WASM_OPT_BIN="$root/node_modules/binaryen/bin/wasm-opt" \
      ESBUILD_BIN="$root/node_modules/esbuild/bin/esbuild" \
      "$(worker_build)" --release || die "worker-build failed, see above"
    # The names of functions are a tenth of what is shipped; traces can be read with $wasm, which has them.
    quietly "$root/node_modules/binaryen/bin/wasm-opt" --strip-debug "$out/index_bg.wasm" -o "$out/index_bg.wasm" ||
      die "wasm-opt could not strip $out/index_bg.wasm, see above"
    echo "$inputs" >"$out/.built-from"
    say "$folder/build is new, $(sizes)"
  fi
  [ "$folder" != edge ] || report "$way"
}

# What cargo calls the library of the crate in this folder.
library() { sed -n '/^name = /{s/^name = "\(.*\)"/\1/;s/-/_/g;p;q}' Cargo.toml; }

raw() { stat -c %s "$out/index_bg.wasm"; }
gzipped() { gzip -9 -c "$out/index_bg.wasm" | wc -c; }
sizes() { echo "wasm $(($(raw) / 1024)) KiB, gzip $(($(gzipped) / 1024)) KiB"; }

report() {
  mkdir -p "$root/target/report"
  printf '{"wasm_bytes": %s, "wasm_gzip_bytes": %s, "toolchain": "%s"}\n' \
    "$(raw)" "$(gzipped)" "$1" >"$root/target/report/wasm.json"
}

main "$@"
