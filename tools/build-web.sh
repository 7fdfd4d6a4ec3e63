#!/usr/bin/env bash
# Builds clients/web/ into clients/web/dist/ (pages, assets with content hashes, manifest.json), and writes the sizes to
# target/report/web.json. Downloads nothing; run setup.sh before.
set -euo pipefail
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

web=$root/clients/web
dist=$web/dist

main() {
  local inputs media
  for tool in typescript/bin/tsc esbuild/bin/esbuild; do
    [ -x "$root/node_modules/$tool" ] || die "$(basename "$tool") is not set up; run: make setup"
  done
  inputs=$(digest)
  if [ "$(cat "$dist/.built-from" 2>/dev/null)" = "$inputs" ] && [ -f "$root/target/report/web.json" ]; then
    say "clients/web/dist is up to date, $(sizes)"
    return
  fi
  "$root/tools/build-wire.sh"
  say "checking the types of clients/web, then bundling it into clients/web/dist"
  "$root/node_modules/typescript/bin/tsc" --project "$web/tsconfig.json" || die "the types do not fit, see above"
  rm -rf "$dist"
  mkdir -p "$dist/assets"
  media=$("$root/tools/build-media.sh" "$dist/assets")
  node "$web/build.mjs" "$media"
  echo "$inputs" >"$dist/.built-from"
  say "clients/web/dist is new, $(sizes)"
}

# What the result depends on.
digest() {
  (
    cd "$root"
    find clients/web shared -type f -not -path '*/dist/*' -not -path '*/tests/*' -not -path '*/target/*' -not -path '*/pkg/*' -print0 |
      sort -z | xargs -0 cat Cargo.toml Cargo.lock package-lock.json tools/build-*.sh | sha256sum
  )
}

sizes() {
  node -e '
    const { pages_without_wasm: pages, wasm } = JSON.parse(require("fs").readFileSync(process.argv[1]));
    const kib = ({ bytes, gzip }) => `${Math.ceil(bytes / 1024)} KiB (gzip ${Math.ceil(gzip / 1024)} KiB)`;
    console.log(`pages ${kib(pages)}, wasm ${kib(wasm)}`);
  ' "$root/target/report/web.json"
}

main "$@"
