#!/usr/bin/env bash
# ./dev build [PRESET]
. scripts/dev/common.sh

preset=${1:-release}
case $preset in
  clang | fuzz) scripts/setup.sh check ;;
  *) scripts/setup.sh build ;;
esac
build "$preset"
