#!/usr/bin/env bash
# ./dev test [full]: runs every check even if an earlier one failed, and closes with the sum of all results.
. scripts/dev/common.sh

results=build/results
judges=build/venv/bin/python # Debian's Python, and the engines that tests compare with

# check NAME COMMAND...: a step that counts as one test.
check() {
  if step "$@"; then
    echo "passed $1" >> "$results/checks"
  else
    echo "failed $1" >> "$results/checks"
    return 1
  fi
}

# suite NAME FILE COMMAND...: a step whose tests are counted from its report.
suite() {
  local name=$1 report="$results/$2"
  shift 2
  step "$name" "$@" || [[ -f $report ]] || echo "failed $name" >> "$results/checks"
}

# ctest_suite PRESET LABEL [NO_TESTS]: the tests of a build tree; none is an `error`, or `ignore`d.
ctest_suite() {
  suite "$1: $2 tests" "$1-$2.xml" "${fixed_addresses[@]}" ctest --test-dir "build/$1" --label-regex "$2" \
    --parallel "$(nproc)" --output-on-failure --no-tests="${3:-error}" --output-junit "$PWD/$results/$1-$2.xml"
}

# pytest_suite REPORT FOLDER [ENVIRONMENT...]: a folder of Python tests. Their files, some gigabytes, stay if one failed.
pytest_suite() {
  local report=$1 folder=$2 files="$PWD/build/tmp/$1"
  shift 2
  mkdir -p build/tmp
  suite "$report: $folder" "$report.xml" env "$@" \
    "$judges" -m pytest -q -p no:cacheprovider --basetemp "$files" --junitxml "$results/$report.xml" "$folder"
  if grep -q 'errors="0" failures="0"' "$results/$report.xml"; then rm -rf "$files"; fi
}

release_tests() {
  export SOFTACL_LEDGER="$PWD/$results/ledger"
  ctest_suite release quick
  pytest_suite release-python tests/python PYTHONPATH="$(python_path release)"
  unset SOFTACL_LEDGER
  check 'ledger: every function has a passing test' "$python" scripts/ledger.py "$results/ledger" || true
}

asan_tests() {
  # The interpreter is not built with the sanitizers, so their libraries are loaded first; it leaks on purpose.
  local library libraries=() reports="$PWD/build/log/sanitizer"
  rm -f "$reports".*
  for library in libasan libubsan libstdc++; do libraries+=("$(g++ -print-file-name="$library.so")"); done
  ctest_suite asan quick
  pytest_suite asan-python tests/python PYTHONPATH="$(python_path asan)" \
    LD_PRELOAD="${libraries[*]}" ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0:log_path=$reports" \
    UBSAN_OPTIONS="${UBSAN_OPTIONS:-}:log_path=$reports"
  # What ends the interpreter is not in its own report, because that takes over what is printed.
  if compgen -G "$reports.*" > /dev/null; then head -n 40 "$reports".*; fi
}

quick() {
  check 'format and scripts' scripts/lint.sh || true
  check 'dependency directions' "$python" scripts/check_deps.py || true
  check 'generated files' "$python" scripts/gen.py --verify || true
  pytest_suite scripts tests/scripts
  if check 'build release' configure_and_build release; then release_tests; fi
  if check 'build asan' configure_and_build asan; then asan_tests; fi
}

full() {
  quick
  if check 'build tsan' configure_and_build tsan; then ctest_suite tsan runtime; fi
  if check 'build clang' configure_and_build clang; then ctest_suite clang quick; fi
  check 'clang-tidy' run-clang-tidy -quiet -p build/clang "^$PWD/(src|python)/" || true
  check 'fuzzers' scripts/dev/fuzz.sh 20 || true
  ctest_suite release slow ignore
}

scripts/setup.sh check
scripts/rivals.sh
rm -rf "$results"
mkdir -p "$results"
check 'fetch the models of the demonstrations' scripts/fetch.sh faces text || true
case ${1:-quick} in
  quick) quick ;;
  full) full ;;
  *) fail 'usage: ./dev test [full]' ;;
esac
exec "$python" scripts/tally.py "$results"
