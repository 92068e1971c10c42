#!/usr/bin/env bash
# ./dev docs
. scripts/dev/common.sh

step 'generated files' "$python" scripts/gen.py
