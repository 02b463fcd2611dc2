#!/bin/bash
# What `make test` does in seconds, for as long as it takes to believe it: 500 kills, and forty processes on one store for ten
# minutes.
#
#   SOAK_KILLS=500        kills of imports, fetches, traders and migrations together
#   SOAK_SEED=1           which moments
#   SIEGE_PROCESSES=40    processes on one store
#   SIEGE_SECONDS=600     for so long
#   SIEGE_P99_MS=50       what 99 of 100 writes may take
set -euo pipefail
cd "$(dirname "$0")/.."

export SOAK_KILLS=${SOAK_KILLS:-500} SOAK_SEED=${SOAK_SEED:-1}
export SIEGE_PROCESSES=${SIEGE_PROCESSES:-40} SIEGE_SECONDS=${SIEGE_SECONDS:-600} SIEGE_P99_MS=${SIEGE_P99_MS:-50}

# One after the other: each is to have the machine.
cargo build --locked --release -p simulator
cargo test --locked --release -p db --test it -- --nocapture siege::many_processes
cargo test --locked --release -p backfiller --test it -- --nocapture kills::
cargo test --locked --release -p trader --test it -- --nocapture kills::
