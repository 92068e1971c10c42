#!/usr/bin/env bash
# ./dev bench [NAME] [OPTION...]: options go to the one benchmark that is a program of ours in Python.
. scripts/dev/common.sh

name=${1:-}
shift $(($# > 0))
scripts/setup.sh build

programs=()
for program in bench/*.cpp bench/*.py; do
  title=$(basename "${program%.*}")
  # What the runtime costs is measured from C++ and from Python.
  [[ $title == *"$name"* || ($name == runtime && $title == python_call) ]] && programs+=("$program")
done
((${#programs[@]})) || fail "no benchmark is named like '$name'; see bench/"

build release
for program in "${programs[@]}"; do
  title=$(basename "${program%.*}")
  printf '\n%s\n' "$title"
  case $program in
    bench/ops.cpp) # beside OpenBLAS
      scripts/setup.sh bench
      "build/release/bench/$title" "$@"
      ;;
    *.cpp) "build/release/bench/$title" "$@" ;;
    bench/models.py | bench/operators.py) # as a user has it: the installed tree, beside the rivals
      scripts/setup.sh demo
      scripts/rivals.sh
      step 'install into build/install' cmake --install build/release --prefix "$PWD/build/install"
      (. build/install/set_env.sh && build/venv/bin/python "$program" "$@")
      ;;
    bench/media.py) # beside OpenCV
      scripts/rivals.sh
      PYTHONPATH=$(python_path release) build/venv/bin/python "$program" "$@"
      ;;
    *) PYTHONPATH=$(python_path release) "$python" "$program" "$@" ;;
  esac
done
