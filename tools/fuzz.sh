#!/usr/bin/env bash
# Fuzzes every target of tests/fuzz in turn; $1 is the time for all of them, in seconds.
set -euo pipefail
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cargo_fuzz_version=0.13.2
time=${1:-600}
fuzz=$tools/cargo-fuzz-$cargo_fuzz_version/bin/cargo-fuzz
[[ $time =~ ^[0-9]+$ ]] || die "the time is '$time'; give seconds, as in: make fuzz TIME=600"
[ -f "$root/tests/fuzz/Cargo.toml" ] || die "there is nothing to fuzz yet: tests/fuzz is missing"
cargo +nightly --version >/dev/null 2>&1 ||
  die "fuzzing needs Rust's nightly compiler; run: rustup toolchain install nightly"
if [ ! -x "$fuzz" ]; then
  say "installing cargo-fuzz $cargo_fuzz_version from crates.io (a minute)"
  quietly cargo install --locked --root "$(dirname "$(dirname "$fuzz")")" cargo-fuzz --version "=$cargo_fuzz_version" ||
    die "cargo-fuzz could not be built; see above"
fi

cd "$root"
mapfile -t targets < <("$fuzz" list --fuzz-dir tests/fuzz)
[ ${#targets[@]} -gt 0 ] || die "tests/fuzz has no targets"
each=$((time / ${#targets[@]}))
[ "$each" -gt 0 ] || each=1
for target in "${targets[@]}"; do
  say "$target for $each seconds"
  RUSTUP_TOOLCHAIN=nightly "$fuzz" run --fuzz-dir tests/fuzz "$target" -- -max_total_time="$each" -timeout=10
done
say "${#targets[@]} targets, nothing found; what was learnt is in tests/fuzz/corpus"
