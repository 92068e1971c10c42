#!/usr/bin/env bash
# ./dev demo
. scripts/dev/common.sh

scripts/setup.sh build
build release product
step 'install into build/install' cmake --install build/release --prefix "$PWD/build/install"
. build/install/set_env.sh
echo
exec "$python" examples/quick_tour.py
