# shellcheck shell=bash
# For scripts to source: a simulator in the background that ends with the script.

simulator_pid=

# start_simulator LOG COMMAND…: runs COMMAND, with its output in LOG, and waits until its first line tells where it
# listens: in `rest` and `stream`.
start_simulator() {
    local log=$1 addresses
    shift
    "$@" >"$log" 2>&1 &
    simulator_pid=$!
    for _ in $(seq 100); do
        addresses=$(sed -n 's/^simulator: REST \([^ ]*\) *WebSocket \([^ ]*\)$/\1 \2/p' "$log")
        if [ -n "$addresses" ]; then
            # shellcheck disable=SC2034 # for the script that sources this
            rest=${addresses% *} stream=${addresses#* }
            return 0
        fi
        kill -0 "$simulator_pid" 2>/dev/null || break
        sleep 0.1
    done
    printf 'the simulator did not start:\n' >&2
    cat "$log" >&2
    exit 1
}

stop_simulator() {
    [ -n "$simulator_pid" ] || return 0
    kill "$simulator_pid" 2>/dev/null || true
    wait "$simulator_pid" 2>/dev/null || true
    simulator_pid=
}
