#!/bin/bash
# The main job from end to end: fetch candles, look at them, backtest a strategy, trade it on paper, compare.
# Asks Binance; where it cannot be reached, a simulated exchange with a generated market stands in.
#
#   DEMO_SECONDS=10    trade for so long (default 30)
set -euo pipefail
cd "$(dirname "$0")/.."

binaries=${CARGO_TARGET_DIR:-target}/release
folder=data/demo
strategy=strategies/sma_cross.yaml
trade_for=${DEMO_SECONDS:-30}s
binance=https://data-api.binance.vision
# An hour of the simulated market passes in a twentieth of a second.
speed=72000
start=2026-01-01

bold= plain=
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\033[1m' plain=$'\033[0m'
fi
heading() { printf '\n%s== %s%s\n\n' "$bold" "$*" "$plain"; }

# Shows a command, and runs it.
run() {
    printf '$ %s\n' "$*"
    "$@"
}

. scripts/simulator.sh
trap stop_simulator EXIT
trap 'exit 1' HUP INT TERM PIPE

[ -x "$binaries/trader" ] || {
    printf 'the commands are not built yet: run make demo\n' >&2
    exit 1
}
mkdir -p "$folder"

heading "1. An exchange"
rest= stream=
if curl --silent --fail --max-time 4 --output /dev/null "$binance/api/v3/ping"; then
    printf 'Binance answers. Candles and prices are public: no key, no account.\n'
    db=$folder/binance.db
    rm -f "$db".*.lock # of accounts of earlier runs
else
    printf 'Binance cannot be reached from here, so a simulated exchange stands in: the same protocol,\n'
    printf 'a market made from a seed, and a clock on which twenty hours pass in a second.\n\n'
    db=$folder/simulator.db
    rm -f "$db"* # this market begins anew each time
    simulator=("$binaries/simulator" serve --generate --seed 7 --timeframe 1h --start "$start" --speed "$speed" --port 0)
    printf '$ %s &\n' "${simulator[*]}"
    start_simulator "$folder/simulator.log" "${simulator[@]}"
    sed -n 's/^simulator: /  /p' "$folder/simulator.log"
fi

heading "2. Candles, over REST, into one SQLite file"
run "$binaries/backfiller" fetch --db "$db" --exchange binance --symbol BTC/USDT --timeframe 1h --since 120d \
    ${rest:+--base-url "$rest"}
printf '\n'
run "$binaries/backfiller" status --db "$db"

heading "3. A strategy, backtested on them"
run "$binaries/backtester" run "$strategy" --db "$db" --exchange binance --symbol BTC/USDT \
    --html "$folder/report.html"

heading "4. The same strategy, on paper, from a stream, for $trade_for"
config=$folder/trader.yaml
{
    printf 'exchange: binance\nsymbol: BTC/USDT\nstrategy: ../../%s\nmode: paper\ncash: 10000\n' "$strategy"
    printf 'db: %s\nlogs: %s/logs\n' "$db" "$folder"
    # An account of its own each time: an old one would go on, and refuse a strategy that was changed since.
    printf 'account: demo of %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    [ -z "$rest" ] || printf 'base_url: %s\nws_url: %s\n' "$rest" "$stream"
} >"$config"
printf '%s:\n' "$config"
sed 's/^/  /' "$config"
printf '\n'
run "$binaries/trader" run --config "$config" --run-for "$trade_for" | tee "$folder/trader.txt"

heading "5. The promise: a backtest of the same candles gives the same"
traded=$(sed -n 's/^ *equity *\([0-9.]*\) .*/\1/p' "$folder/trader.txt")
if grep -q '^ *candles *0,' "$folder/trader.txt"; then
    printf 'No candle closed in these %s: there is nothing to compare yet.\n' "$trade_for"
else
    # The trader names the backtest that repeats what it did; its words are quoted for a shell.
    command=$(grep '^ *backtester run ' "$folder/trader.txt")
    eval "run \"\$binaries\"/${command#"${command%%[! ]*}"}" | tee "$folder/backtest.txt"
    backtested=$(sed -n 's/^ *Final equity, [A-Z]* *\([0-9.,]*\).*/\1/p' "$folder/backtest.txt" | tr -d ,)
    printf '\nEquity of the trader: %s. Equity of the backtest: %s.\n' "$traded" "$backtested"
    [ "$traded" = "$backtested" ] || {
        printf 'These must be equal, and are not: please report it.\n' >&2
        exit 1
    }
fi

heading "Done"
cat <<TEXT
The report     $folder/report.html (open it in a browser)
The store      $db (any SQLite tool reads it; docs/store.md has queries)
The logs       $folder/logs (system, trades and errors, a file of each a day)
The strategy   $strategy (change it and run step 3 again; docs/strategy-files.md is the language)
TEXT
