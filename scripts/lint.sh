#!/usr/bin/env bash
# Style of everything written by hand: clang-format, shellcheck, Python syntax, types of the Python stubs.
# lint.sh fix formats the C++ instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

existing() {
  local path
  for path in "$@"; do [[ -e $path ]] && echo "$path"; done
  return 0
}
mapfile -t folders < <(existing include/softacl src python tests bench examples scripts)

format() {
  find "${folders[@]}" -name generated -prune -o \( -name '*.cpp' -o -name '*.h' -o -name '*.c' \) -print0 |
    xargs -0 -r -n 8 -P "$(nproc)" clang-format "$@"
}

if [[ ${1:-} == fix ]]; then
  format -i
  exit
fi

status=0
format --dry-run --Werror || status=1
mapfile -t shell_scripts < <(find scripts tests -name '*.sh')
shellcheck -x dev .ci/run cmake/install/set_env.sh.in "${shell_scripts[@]}" || status=1
PYTHONPYCACHEPREFIX=build/pycache /usr/bin/python3 -W error -m compileall -q -f "${folders[@]}" || status=1
if [[ -f python/acl/__init__.pyi ]]; then
  mypy --strict --cache-dir build/mypy python/acl || status=1
fi
exit "$status"
