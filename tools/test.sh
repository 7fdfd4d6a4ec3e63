#!/usr/bin/env bash
# Sets up, builds, lints and tests everything; $1 is how long the tests themselves may take, in seconds.
set -euo pipefail
# shellcheck source=tools/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

limit=${1:-2400}
start=$(date +%s)
took() { echo "$(($(date +%s) - start)) seconds"; }

cd "$root"
say "sets up, builds, lints, then runs every test"
for step in setup edge web build lint; do
  make --no-print-directory "$step" || die "'make $step' failed after $(took), see above"
done
status=0
timeout --kill-after=20 "$limit" cargo test --release --workspace || status=$?
case $status in
  0) say "all passed in $(took)" ;;
  124 | 137) die "the tests did not end within $limit seconds; allow more with: make test TEST_LIMIT=$((limit * 2))" ;;
  *) die "failed after $(took), see above; run one again with: cargo test --release NAME" ;;
esac
