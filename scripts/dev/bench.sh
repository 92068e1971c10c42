#!/usr/bin/env bash
# ./dev bench [NAME]
. scripts/dev/common.sh

name=${1:-}
[[ $name == runtime ]] && name='' # so far every benchmark is one of the runtime
scripts/setup.sh build
build release
step 'install into build/install' cmake --install build/release --prefix "$PWD/build/install"
. build/install/set_env.sh

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
