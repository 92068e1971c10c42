#!/usr/bin/env bash
# ./dev bench [NAME]
. scripts/dev/common.sh

name=${1:-}
[[ $name == runtime ]] && name='' # so far every benchmark is one of the runtime
scripts/setup.sh build
build release
PYTHONPATH=$(python_path release)
export PYTHONPATH

found=0
for program in build/release/bench/*"$name"* bench/*"$name"*.py; do
  [[ -f $program ]] || continue
  runner=("$program")
  if [[ $program == *.py ]]; then
    runner=("$python" "$program")
  elif [[ ! -x $program ]]; then
    continue
  fi
  found=1
  printf '\n%s\n' "$(basename "$program")"
  "${runner[@]}"
done
((found)) || fail "no benchmark is named like '$name'; see bench/"
