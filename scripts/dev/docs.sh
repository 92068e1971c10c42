#!/usr/bin/env bash
# ./dev docs
. scripts/dev/common.sh

step 'generated files' "$python" scripts/gen.py
build release
step 'page of operators' env SOFTACL_UPDATE_PAGES=1 build/release/tests/test_unit_ops --gtest_filter='OperatorsPage.*'
