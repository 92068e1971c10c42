#!/usr/bin/env bash
# ./dev fuzz [SECONDS]
. scripts/dev/common.sh

seconds=${1:-30}
scripts/setup.sh check
build fuzz

shopt -s nullglob
status=0
for source in tests/fuzz/*.cpp; do
  target=$(basename "$source" .cpp)
  corpus="build/fuzz/corpus/$target"
  seeds="tests/fuzz/$target"
  mkdir -p "$corpus"
  folders=("$corpus")
  [[ -d $seeds ]] && folders+=("$seeds")
  step "fuzz $target" "${fixed_addresses[@]}" "build/fuzz/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 \
    -artifact_prefix="build/fuzz/crash-$target-" "${folders[@]}" || status=1
done
exit "$status"
