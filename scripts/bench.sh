#!/bin/bash
# How fast and how small, on this machine: a million 1-minute candles imported, fetched and backtested, a search, a trader
# at rest, and the store beside SQLite itself.
# For Linux.
#
#   BENCH_CANDLES=FILE.csv.gz   the candles (default: two years of BTC/USD, in ../shared)
#   BENCH_RUNS=5                how often each is measured
set -euo pipefail
cd "$(dirname "$0")/.."

binaries=${CARGO_TARGET_DIR:-target}/release
candles=${BENCH_CANDLES:-../shared/candles/bitfinex_BTCUSD_1m.csv.gz}
runs=${BENCH_RUNS:-5}
[ -r "$candles" ] || {
    printf 'there are no candles at %s: name a CSV file of 1-minute candles with BENCH_CANDLES=FILE\n' "$candles" >&2
    exit 1
}

folder=$(mktemp -d)
. scripts/simulator.sh
trader_pid=
finish() {
    [ -z "$trader_pid" ] || kill "$trader_pid" 2>/dev/null || true
    stop_simulator
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM PIPE

series=(--db "$folder/bench.db" --exchange bitfinex --symbol BTC/USD)
# The example strategy, on the timeframe of these candles.
sed 's/^timeframe: .*/timeframe: 1m/' strategies/sma_cross.yaml >"$folder/sma_cross.yaml"

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# Runs a command without its output, unless it fails.
quietly() {
    "$@" >"$folder/output" 2>&1 || {
        cat "$folder/output" >&2
        exit 1
    }
}

# measure NAME BEFORE COMMAND…: BEFORE runs before each run and is not counted.
measure() {
    local name=$1 before=$2 times=() began run
    shift 2
    for ((run = 0; run < runs; run++)); do
        $before
        began=$(milliseconds)
        quietly "$@"
        times+=($(($(milliseconds) - began)))
    done
    local peak='-'
    if [ -x /usr/bin/time ]; then
        $before
        quietly /usr/bin/time -f %M -o "$folder/peak" "$@"
        peak="$(($(cat "$folder/peak") / 1024)) MB"
    fi
    printf '%s\n' "${times[@]}" | sort -n | awk -v name="$name" -v peak="$peak" '
        { t[NR] = $1 / 1000 }
        END { printf "%-44s %8.2f s %8.2f s %8.2f s %10s\n", name, t[1], t[int((NR + 1) / 2)], t[NR], peak }'
}

forget() { rm -f "$folder"/bench.db*; }

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
printf '%s, %s cores, %s\n\n' "${cpu:-unknown processor}" "$(getconf _NPROCESSORS_ONLN)" "$(uname -sr)"
printf '%-44s %10s %10s %10s %10s\n' "$runs runs of each" min median max memory
rows=$(($(gzip -cdf "$candles" | wc -l) - 1))
measure "import $rows candles" forget "$binaries/backfiller" import "${series[@]}" --timeframe 1m "$candles"
measure "backtest sma_cross on them" true "$binaries/backtester" run "$folder/sma_cross.yaml" "${series[@]}"
measure "the same, with the HTML report" true \
    "$binaries/backtester" run "$folder/sma_cross.yaml" "${series[@]}" --html "$folder/report.html"

# A search over 990 pairs of averages and the first 100,000 candles; nothing is kept, so that each run computes it all.
first=(--db "$folder/first.db" --exchange bitfinex --symbol BTC/USD)
gzip -cdf "$candles" | awk 'NR <= 100001' >"$folder/first.csv"
quietly "$binaries/backfiller" import "${first[@]}" --timeframe 1m "$folder/first.csv"
measure "search 990 pairs over 100,000 candles" true "$binaries/backtester" optimise "$folder/sma_cross.yaml" \
    "${first[@]}" --param fast=2:46 --param slow=2:46 --where 'fast < slow' --no-record

# rate NAME ROWS COMMAND…: rows a second into a new store, in the best of the runs.
rate() {
    local name=$1 rows=$2 best=0 began took run
    shift 2
    for ((run = 0; run < runs; run++)); do
        forget
        began=$(milliseconds)
        quietly "$@"
        took=$(($(milliseconds) - began))
        best=$((took > 0 && rows * 1000 / took > best ? rows * 1000 / took : best))
    done
    printf '%-44s %10s rows/s\n' "$name" "$best"
}

printf '\n'
one_processor=(env)
command -v taskset >/dev/null && one_processor=(taskset -c 0)
# Unpacked before: what is measured is reading a CSV file.
gzip -cdf "$candles" >"$folder/candles.csv"
rate "import from CSV, on one processor" "$rows" \
    "${one_processor[@]}" "$binaries/backfiller" import "${series[@]}" --timeframe 1m "$folder/candles.csv"

# Pages of a simulator beside it. So few days that all runs fit into what the exchange allows in a minute.
start_simulator "$folder/simulator.log" "$binaries/simulator" serve --generate --seed 7 --days 150 --timeframe 1m --port 0
rate "fetch over REST, from a simulator" "$((120 * 1440))" \
    "$binaries/backfiller" fetch --db "$folder/bench.db" --exchange binance --symbol BTC/USDT --timeframe 1m --since 120d \
    --base-url "$rest"
stop_simulator

# A trader at rest: warmed up, on a stream in which little happens.
if [ -d /proc/self ]; then
    start_simulator "$folder/simulator.log" "$binaries/simulator" serve --generate --seed 7 --timeframe 1h --port 0
    printf 'exchange: binance\nsymbol: BTC/USDT\nstrategy: %s\nmode: paper\ncash: 10000\ndb: %s\n' \
        "$PWD/strategies/sma_cross.yaml" "$folder/trader.db" >"$folder/trader.yaml"
    # In the folder, because it writes its logs where it runs.
    app=$(realpath "$binaries/trader")
    (cd "$folder" && exec "$app" run --config trader.yaml --base-url "$rest" --ws-url "$stream") \
        >"$folder/trader.log" 2>&1 &
    trader_pid=$!
    sleep 10
    memory=$(awk '/^VmRSS/ { printf "%.1f MB", $2 / 1024 }' "/proc/$trader_pid/status") || {
        cat "$folder/trader.log" >&2
        exit 1
    }
    printf '\n%-44s %s\n' "memory of a trader at rest" "$memory"
fi

printf '\n'
for app in backfiller backtester trader simulator; do
    printf '%-44s %s\n' "size of $app" "$(wc -c <"$binaries/$app" | awk '{ printf "%.1f MB", $1 / 1048576 }')"
done

# The store by itself, and SQLite itself with the same table.
printf '\n'
cargo bench --quiet --locked -p db --bench store

# The fill rules without candles being read or a strategy being asked.
printf '\n'
cargo bench --quiet --locked -p execution --bench engine

# The functions of strategy files; TALIB_PYTHON=PYTHON adds what TA-Lib in C takes, in the same run.
printf '\n'
cargo bench --quiet --locked -p strategy --bench indicators
