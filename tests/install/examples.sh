#!/usr/bin/env bash
# The examples in C++ build against the installed tree as they stand, and say what is wrong with a model that is not there.
set -euo pipefail
prefix=$1 work=$2
examples=$(dirname "$0")/../../examples

rm -rf "$work"
. "$prefix/set_env.sh"
cmake -G Ninja -S "$examples" -B "$work"
cmake --build "$work"

status=0
message=$("$work/classify" "$work/missing.om" /dev/null 2>&1) || status=$?
if ((status != 1)) || [[ $message != *aclmdlLoadFromFile*missing.om* ]]; then
  printf 'status %s, message: %s\n' "$status" "$message"
  exit 1
fi
