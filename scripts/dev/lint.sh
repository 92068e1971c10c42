#!/usr/bin/env bash
# ./dev lint [fix]
. scripts/dev/common.sh

scripts/setup.sh check
if [[ ${1:-} == fix ]]; then
  step 'format' scripts/lint.sh fix
fi
step 'format and scripts' scripts/lint.sh
step 'dependency directions' "$python" scripts/check_deps.py
