#!/bin/sh
# Installs what a build needs and the machine lacks; does nothing when all is there.
#
#   scripts/setup.sh [cc] [rust] [node]
#
# A C compiler and Node come from apt-get or Homebrew, Rust from rustup; where apt-get has an old Node only, a
# newer one comes from the npm registry into target/node. Nothing else is touched.
set -eu

NODE_LEAST=18 # the oldest major version that the report's page builds with
NODE_WANTED=22  # the one that is fetched where apt-get has an older one than that
APT_WAIT_S=120  # how long another apt-get may take
CARGO_BIN="${CARGO_HOME:-$HOME/.cargo}/bin"
cd "$(dirname "$0")/.."
# The Makefile has both in front, too.
PATH="$PWD/target/node/node_modules/.bin:$CARGO_BIN:$PATH"

have() { command -v "$1" >/dev/null 2>&1; }
say() { printf 'setup: %s\n' "$*"; }
fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        fail "run this as root, or install sudo: $*"
    fi
}

# Installs Debian packages, quietly unless that fails.
apt_install() {
    log=$(mktemp)
    if as_root env DEBIAN_FRONTEND=noninteractive sh -c \
        'get="apt-get -qq -o DPkg::Lock::Timeout=$1"; shift
         $get update && $get install --yes --no-install-recommends "$@"' sh "$APT_WAIT_S" "$@" >"$log" 2>&1; then
        rm -f "$log"
    else
        cat "$log" >&2
        rm -f "$log"
        fail "apt-get could not install $*"
    fi
}

see_to_cc() {
    if have cc; then return; fi
    if have apt-get; then
        say "installing a C compiler (apt-get install gcc libc6-dev)"
        apt_install gcc libc6-dev
    else
        fail "there is no C compiler; install one (on macOS: xcode-select --install)"
    fi
}

# The version that rust-toolchain.toml asks for.
rust_wanted() { sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml; }

rust_is_there() { have cargo && RUSTUP_AUTO_INSTALL=0 cargo --version 2>/dev/null | grep -qF "cargo $(rust_wanted) "; }

# To fetch over HTTPS, curl and the certificates to believe are needed.
see_to_curl() {
    if have curl && { ! have apt-get || [ -s /etc/ssl/certs/ca-certificates.crt ]; }; then return; fi
    have apt-get || fail "curl is needed to install Rust"
    say "installing curl (apt-get install curl ca-certificates)"
    apt_install curl ca-certificates
}

see_to_rust() {
    if rust_is_there; then return; fi
    if ! have rustup; then
        see_to_curl
        say "installing rustup into $CARGO_BIN (https://rustup.rs)"
        installer=$(mktemp)
        curl --proto '=https' --tlsv1.2 --retry 3 -sSf -o "$installer" https://sh.rustup.rs ||
            fail "rustup cannot be fetched; install Rust from https://rustup.rs and try again"
        sh "$installer" -y -q --profile minimal --default-toolchain none --no-modify-path
        rm -f "$installer"
    fi
    say "installing Rust $(rust_wanted) with rustup"
    rustup toolchain install "$(rust_wanted)" --profile minimal --component clippy --component rustfmt
    rust_is_there || fail "cargo is not $(rust_wanted); is another cargo before $CARGO_BIN in PATH?"
}

node_major() { node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/'; }

node_is_there() { have npm && have node && [ "$(node_major)" -ge "$NODE_LEAST" ]; }

# Node's own binary as an npm package, and an npm that fits it: no script of theirs is run.
fetch_node() {
    case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) return ;; # what is said at the end says what to do
    esac
    say "apt-get has an old Node ($(node --version)): fetching Node $NODE_WANTED into target/node (npm install)"
    npm install --silent --ignore-scripts --no-audit --no-fund --prefix target/node \
        "node-linux-$arch@$NODE_WANTED" npm@10 || fail "Node cannot be fetched from the npm registry"
    hash -r
}

see_to_node() {
    if node_is_there; then return; fi
    if have apt-get; then
        say "installing Node and npm (apt-get install nodejs npm)"
        apt_install nodejs npm ca-certificates
        node_is_there || fetch_node
    elif have brew; then
        say "installing Node (brew install node)"
        brew install --quiet node
    fi
    node_is_there || fail "Node $NODE_LEAST or newer and npm are needed; install them from https://nodejs.org"
}

for need in "${@:-cc}"; do
    case $need in
    cc) see_to_cc ;;
    rust) see_to_rust ;;
    node) see_to_node ;;
    *) fail "expected cc, rust or node, not $need" ;;
    esac
done
