#!/usr/bin/env bash
# ./dev install PREFIX
. scripts/dev/common.sh

prefix=${1:-}
[[ -n $prefix ]] || fail 'usage: ./dev install PREFIX'
scripts/setup.sh build
build release product
step 'install' cmake --install build/release --prefix "$prefix"
printf 'Next: source %s/set_env.sh\n' "$prefix"
