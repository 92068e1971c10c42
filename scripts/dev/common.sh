# shellcheck shell=bash disable=SC2034 # the commands use what is set here
# What the commands of ./dev share. They run in the project's root.
set -euo pipefail

python=/usr/bin/python3 # with Debian's numpy; the first on PATH may be another one
export PYTHONPYCACHEPREFIX="$PWD/build/pycache"
# A clone in another place finds the objects that were compiled here.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# step NAME COMMAND...: one line with the time it took; the output goes to build/log and is shown on failure.
step() {
  local name=$1 begin=$SECONDS status=0
  local log="build/log/${name//[^[:alnum:]]/-}.log"
  shift
  mkdir -p build/log
  if [[ -n ${SOFTACL_DEV_VERBOSE:-} ]]; then
    printf '== %s\n' "$name"
    "$@" < /dev/null || status=$?
    printf '== %s: %d s\n' "$name" $((SECONDS - begin))
  else
    printf '%-48s' "$name"
    "$@" > "$log" 2>&1 < /dev/null || status=$?
    printf '%4d s%s\n' $((SECONDS - begin)) "$( ((status)) && echo ', failed')"
    if ((status)); then
      tail -n 80 "$log"
      printf '(end of %s)\n' "$log"
    fi
  fi
  return "$status"
}

# The sanitizers' run-time libraries expect a smaller address space than newer kernels randomise over.
fixed_addresses=()
if setarch -R true 2> /dev/null; then fixed_addresses=(setarch -R); fi

# An allocation that is refused is an answer the tests ask for. The leak checker falls over its own records of thread
# storage in libraries that are loaded late, as the fast kernels are; it finds the storage without them.
export ASAN_OPTIONS=allocator_may_return_null=1:intercept_tls_get_addr=0
export LSAN_OPTIONS=suppressions=$PWD/scripts/dev/lsan.supp:print_suppressions=0
export TSAN_OPTIONS="allocator_may_return_null=1:suppressions=$PWD/scripts/dev/tsan.supp"

# python_path PRESET: where the module of a build and the module of its tests are.
python_path() {
  printf '%s' "$PWD/build/$1/python:$PWD/build/$1/tests/python"
}

# configure_and_build PRESET [TARGET]
configure_and_build() {
  cmake --preset "$1" && cmake --build --preset "$1" --target "${2:-all}"
}

build() {
  step "build ${2:-$1}" configure_and_build "$@"
}
