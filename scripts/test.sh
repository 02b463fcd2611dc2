#!/bin/bash
# Runs every test; the last line tells how many passed and how many failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

# Laws are tried on the same cases each time, so that a change is what makes a test fail, not the dice.
# PROPTEST_RNG_SEED=2 tries others.
export PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-1}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# nextest runs the tests of all packages side by side, but knows no examples in docs.
run_tests() {
    if cargo nextest --version >/dev/null 2>&1; then
        cargo test --locked --workspace --doc --quiet && cargo nextest run --locked --workspace --no-fail-fast
    else
        cargo test --locked --workspace --no-fail-fast
    fi
}

run_tests 2>&1 | tee "$log"
outcome=$?

# "test result: ok. 3 passed; 0 failed; …" of cargo, "Summary [1.2s] 3 tests run: 2 passed, 1 failed, …" of nextest.
sed $'s/\x1b\\[[0-9;]*m//g' "$log" | awk '
    /^test result:/ || / tests? run: / {
        for (i = 2; i <= NF; i++) {
            if ($i ~ /^passed/) passed += $(i - 1)
            if ($i ~ /^failed/ || $i ~ /^timed/) failed += $(i - 1)
        }
    }
    END { printf "%d passed, %d failed\n", passed, failed }'
exit "$outcome"
