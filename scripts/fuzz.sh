#!/bin/bash
# Fuzzes the readers of files, guided by coverage: fuzz.sh [seconds for each target, 60 where left out].
# What is found stays in fuzz/corpus from run to run; an input that fails is kept in fuzz/artifacts and named.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
version=0.13.1

if ! cargo fuzz --version 2>/dev/null | grep -q " $version\$"; then
    cargo install cargo-fuzz --version "$version" --locked
fi

# The words of the language, out of the functions themselves and the keys of a file.
mkdir -p fuzz/corpus/strategy_file fuzz/corpus/expression fuzz/corpus/yaml_file
cp strategies/*.yaml packages/strategy/tests/mistakes/*.yaml fuzz/corpus/strategy_file/
cp strategies/*.yaml packages/strategy/tests/mistakes/*.yaml fuzz/corpus/yaml_file/
# One seed for each value of those files.
sed -n 's/^ \+[a-z_]*: //p' strategies/*.yaml packages/strategy/tests/mistakes/*.yaml | sort -u |
    split -l 1 -a 3 - fuzz/corpus/expression/seed-

# Coverage needs flags of the compiler that stable hides; the pinned toolchain takes them this way.
export RUSTC_BOOTSTRAP=1
for target in expression strategy_file yaml_file; do
    echo "fuzzing $target for $seconds s"
    # Safe Rust needs no sanitizer, and runs several times faster without one.
    cargo fuzz run --sanitizer none "$target" -- -max_total_time="$seconds" -dict=fuzz/words.dict \
        -max_len=4096 -timeout=5 -rss_limit_mb=1024 -print_final_stats=1
done
