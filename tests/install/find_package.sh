#!/usr/bin/env bash
# A C++11 project finds the package through the environment that set_env.sh makes.
set -euo pipefail
prefix=$1 work=$2

rm -rf "$work"
. "$prefix/set_env.sh"
cmake -G Ninja -S "$(dirname "$0")/find_package" -B "$work" -DCMAKE_BUILD_TYPE=Release
cmake --build "$work"
# The program must find the library by itself: its build tree has the path.
env -u LD_LIBRARY_PATH "$work/client"
