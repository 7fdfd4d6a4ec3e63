# shellcheck shell=bash
# What the scripts of this folder share: where things are, which versions, how a line is printed.
# Source it; it changes nothing.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Tools that take minutes to build, kept once per user and version.
tools=${COUNTERPART_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/counterpart}
# The edge has its own build folder: its compiler may be another one than the native one.
edge_target=$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")/edge

wasm_target=wasm32-unknown-unknown
worker_build_version=0.8.7
# Debian keeps the wasm library of its own compiler here, once setup.sh has built it.
debian_sysroot=/usr/lib/rustlib/$wasm_target

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*"; }

# One sentence on what is missing and what to do, then the end.
die() {
  printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2
  exit 1
}

# Runs a noisy command; shows the end of what it wrote only when it fails.
quietly() {
  local output
  output=$("$@" 2>&1 9>&-) || {
    tail -n 40 <<<"$output" >&2
    return 1
  }
}

# The version of crate $1 in Cargo.lock.
locked_version() {
  [ -f "$root/Cargo.lock" ] || die "Cargo.lock is missing; run: cargo generate-lockfile"
  awk -v want="name = \"$1\"" '$0 == want { getline; gsub(/version = |"/, ""); print; exit }' "$root/Cargo.lock"
}

wasm_bindgen() {
  local version
  version=$(locked_version wasm-bindgen)
  [ -n "$version" ] || die "Cargo.lock names no wasm-bindgen; run: cargo generate-lockfile"
  echo "$tools/wasm-bindgen-$version/bin/wasm-bindgen"
}

# What the API's test is installed from; the first line that is no comment names the tool and its version.
schema_requirements=$root/tests/schema/requirements.txt

# Its folder; tests/src/schemathesis.rs looks for it there.
schemathesis() {
  echo "$tools/schemathesis-$(sed -n 's/^schemathesis==//p' "$schema_requirements")"
}

worker_build() { echo "$tools/worker-build-$worker_build_version/bin/worker-build"; }

# Is version $1 at least $2?
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

rustup_way_works() {
  local dir
  dir=$(rustc --print target-libdir --target "$wasm_target" 2>/dev/null) && [ -d "$dir" ]
}

debian_way_works() {
  [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -x "$(debian_linker)" ] &&
    [ "$(cat "$debian_sysroot/built-by" 2>/dev/null)" = "$(/usr/bin/rustc --version)" ]
}

debian_linker() { echo /usr/bin/wasm-ld-19; }

# Which compiler makes wasm here: `rustup` (the one in PATH) or `debian`; fails when neither does.
wasm_way() {
  case ${COUNTERPART_WASM_TOOLCHAIN:-any} in
    rustup) rustup_way_works && echo rustup ;;
    debian) debian_way_works && echo debian ;;
    any) { rustup_way_works && echo rustup; } || { debian_way_works && echo debian; } ;;
    *) die "COUNTERPART_WASM_TOOLCHAIN is '$COUNTERPART_WASM_TOOLCHAIN'; it can be rustup or debian" ;;
  esac
}

# Runs a command with the environment that makes wasm the way $1 says.
with_wasm() {
  local way=$1
  shift
  if [ "$way" = rustup ]; then
    CARGO_TARGET_DIR=$edge_target "$@"
  else
    env -u RUSTC -u RUSTUP_TOOLCHAIN -u CARGO \
      PATH="/usr/bin:$PATH" \
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$(debian_linker)" \
      CARGO_TARGET_DIR="$edge_target" "$@"
  fi
}
