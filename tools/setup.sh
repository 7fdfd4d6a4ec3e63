#!/usr/bin/env bash
# Installs what building and testing need and the machine does not have yet; when nothing is missing it
# says so within a second. See common.sh for where things go.
#   COUNTERPART_TOOLS           folder of the cargo tools and of schemathesis (default ~/.cache/counterpart)
#   COUNTERPART_WASM_TOOLCHAIN  rustup or debian, to force one (default: rustup, else debian)
# Afterwards workerd is node_modules/workerd/bin/workerd, the real binary and not a script around it.
set -euo pipefail
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

installed=0
scratch=$(mktemp -d)

main() {
  trap 'rm -rf "$scratch"' EXIT
  mkdir -p "$tools"
  exec 9>"$tools/lock"
  flock -n 9 || {
    say "another one is at work; waiting for it"
    flock 9
  }
  rust
  node_and_npm
  packages
  wasm_toolchain
  cargo_tool wasm-bindgen-cli "$(locked_version wasm-bindgen)" "$(wasm_bindgen)" "4 minutes"
  cargo_tool worker-build "$worker_build_version" "$(worker_build)" "6 minutes"
  npm_packages
  python_packages
  [ "$installed" -gt 0 ] || say "everything is here already"
}

# Says what comes, and counts it.
installing() {
  installed=$((installed + 1))
  say "installing $*"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -- "$@"; fi
}

# Ends with what to run, $1, where neither root nor sudo is to be had.
may_be_root() {
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || die "this needs root and there is no sudo; run as root: $1"
}

rust() {
  local want have
  want=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
  type -P cargo rustc >/dev/null ||
    die "Rust is missing; install Rust $want or newer from https://rustup.rs and run this again"
  have=$(rustc --version | cut -d' ' -f2)
  at_least "$have" "$want" || die "Rust $have is too old, $want is needed; run: rustup update stable"
}

node_and_npm() {
  type -P node npm >/dev/null ||
    die "Node.js and npm are missing; install Node.js 20 or newer from https://nodejs.org and run this again"
  at_least "$(node --version | tr -d v)" 20 ||
    die "Node.js $(node --version) is too old; install version 20 or newer from https://nodejs.org"
}

# apt-get install, with one update of the package lists first.
apt_install() {
  command -v apt-get >/dev/null ||
    die "these Debian packages are needed and there is no apt-get here; install their like: $*"
  may_be_root "apt-get install $*"
  quietly as_root apt-get -o DPkg::Lock::Timeout=300 update -qq ||
    die "the package lists cannot be fetched; check the network and run as root: apt-get update"
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    install -y -qq --no-install-recommends "$@" ||
    die "Debian packages could not be installed; run as root: apt-get install $*"
}

# Debian's packages, found by the commands they bring so that other sources of them do as well.
packages() {
  local pair missing=()
  for pair in ffmpeg ffprobe:ffmpeg cmake nasm chromium g++ make pkg-config; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  # The pages speak Chinese, and pictures are made of them.
  fc-list :lang=zh 2>/dev/null | grep -q . || missing+=(fontconfig fonts-wqy-microhei)
  # A Python without ensurepip makes no environment; Debian keeps both apart.
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
  # worker-build links the system's OpenSSL.
  [ -x "$(worker_build)" ] || pkg-config --exists openssl 2>/dev/null || missing+=(libssl-dev)
  [ ${#missing[@]} -gt 0 ] || return 0
  installing "Debian packages: ${missing[*]}"
  apt_install "${missing[@]}"
}

wasm_toolchain() {
  wasm_way >/dev/null && return
  case ${COUNTERPART_WASM_TOOLCHAIN:-any} in
    rustup)
      wasm_by_rustup || die "rustup could not add $wasm_target; run: rustup target add $wasm_target, or set COUNTERPART_WASM_TOOLCHAIN=debian"
      ;;
    debian) wasm_by_debian ;;
    any) wasm_by_rustup || wasm_by_debian ;;
  esac
}

wasm_by_rustup() {
  command -v rustup >/dev/null || return 1
  installing "the wasm target with rustup (at most a minute)"
  if timeout 60 rustup target add "$wasm_target" >"$scratch/rustup" 2>&1 9>&- && rustup_way_works; then
    return
  fi
  say "rustup could not: $(grep -m 1 -i '^error' "$scratch/rustup" || echo 'it took more than a minute')"
  # A download that was cut short must not look like an installed target.
  timeout 20 rustup target remove "$wasm_target" >/dev/null 2>&1 9>&- || true
  return 1
}

# Debian's compiler for wasm has no standard library; its source is there, so build it once.
wasm_by_debian() {
  local packages=(rustc-web cargo-web rust-web-src rust-web-clippy lld-19) package missing=()
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    installing "Debian's Rust for wasm: ${missing[*]}"
    apt_install "${missing[@]}"
  fi
  may_be_root "COUNTERPART_WASM_TOOLCHAIN=debian tools/setup.sh"
  installing "the standard library for wasm, from Debian's source (2 minutes)"
  local build=$scratch/std
  mkdir -p "$build/src"
  printf '[package]\nname = "nothing"\nversion = "0.0.0"\nedition = "2021"\n' >"$build/Cargo.toml"
  printf '#![no_std]\n' >"$build/src/lib.rs"
  (
    cd "$build"
    edge_target=$build/target
    RUSTC_BOOTSTRAP=1 quietly with_wasm debian cargo build --release --target "$wasm_target" \
      -Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test
  ) || die "the standard library for wasm could not be built; see above, or run: rustup target add $wasm_target"
  rm -f "$build/target/$wasm_target/release/deps/"libnothing-*
  as_root rm -rf "$debian_sysroot"
  as_root mkdir -p "$debian_sysroot/lib"
  as_root cp "$build/target/$wasm_target/release/deps/"*.rlib "$debian_sysroot/lib/"
  /usr/bin/rustc --version | as_root tee "$debian_sysroot/built-by" >/dev/null
  debian_way_works || die "Debian's Rust for wasm does not work; run: rustup target add $wasm_target"
}

# $1 crate, $2 version, $3 its program, $4 how long it takes.
cargo_tool() {
  [ -x "$3" ] && return
  installing "$1 $2 from crates.io (about $4 on two cores)"
  local into
  into=$(dirname "$(dirname "$3")")
  quietly cargo install --root "$into" "$1" --version "=$2" --locked && return
  # A tool's own lock file may name a version that the registry in use does not have.
  say "$1 does not build with the versions it was published with; trying the newest that fit"
  quietly cargo install --root "$into" "$1" --version "=$2" ||
    die "$1 $2 could not be built; see above, or run: cargo install $1 --version $2"
}

npm_packages() {
  local stamp=$root/node_modules/.installed-lock
  cmp -s "$root/package-lock.json" "$stamp" && return
  installing "npm packages: workerd, esbuild, wasm-opt, wrangler, playwright-core (no browser)"
  cd "$root"
  # Only the two install scripts that put a native binary in the place of a starter are run.
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 quietly npm ci --ignore-scripts --no-audit --no-fund --loglevel=error ||
    die "npm packages could not be installed; run: npm ci"
  quietly node node_modules/workerd/install.js || die "workerd has no binary for this machine"
  (cd node_modules/esbuild && quietly node install.js) || die "esbuild has no binary for this machine"
  cp package-lock.json "$stamp"
}

# schemathesis, in an environment of its own.
python_packages() {
  local into stamp
  into=$(schemathesis)
  stamp=$into/installed-requirements
  cmp -s "$schema_requirements" "$stamp" && return
  installing "schemathesis from PyPI (half a minute)"
  quietly python3 -m venv --clear "$into" || die "python3 makes no environment; run: python3 -m venv $into"
  if ! quietly "$into/bin/pip" install --quiet --no-deps --requirement "$schema_requirements"; then
    # The registry in use may lack a version that this was tried with.
    say "not all of $schema_requirements is to be had; trying the newest that fit"
    quietly "$into/bin/pip" install --quiet "$(grep '^schemathesis==' "$schema_requirements")" ||
      die "schemathesis could not be installed; run: $into/bin/pip install -r $schema_requirements"
  fi
  cp "$schema_requirements" "$stamp"
}

main "$@"
