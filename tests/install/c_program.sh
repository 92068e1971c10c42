#!/usr/bin/env bash
# A C program built by hand, with each way that existing build files spell the paths and libraries.
set -euo pipefail
prefix=$1 work=$2
source="$(dirname "$0")/c_program/client.c"
libraries=(-lascendcl -lacl_dvpp -lacl_dvpp_mpi -lacl_cblas -lacl_op_compiler -lacl_retr -lmsprofiler)

rm -rf "$work"
mkdir -p "$work"
. "$prefix/set_env.sh"

build() { # NAME INCLUDE LIB
  gcc -std=c11 -Wall -Wextra -pedantic -Werror "$source" -I"$2" -L"$3" -Wl,--no-as-needed "${libraries[@]}" -o "$work/$1"
  "$work/$1"
}

build variables "$DDK_PATH/runtime/include" "$NPU_HOST_LIB"
build stub "$DDK_PATH/acllib/include" "$DDK_PATH/runtime/lib64/stub"
build compiler "$DDK_PATH/compiler/include" "$DDK_PATH/compiler/lib64/stub"
build plain "$ASCEND_HOME_PATH/include" "$ASCEND_TOOLKIT_HOME/acllib/lib64"
