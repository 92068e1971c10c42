#!/usr/bin/env bash
# Makes build/venv: Debian's Python packages plus the judges and rivals that Debian does not have. Tests compare with
# ONNX Runtime and OpenCV and open models with Netron; benchmarks race ONNX Runtime and OpenVINO. Nothing is done twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pinned=(onnxruntime==1.32.0 openvino==2026.4.1 netron==9.3.3 opencv-python-headless==4.11.0.86)
venv=build/venv
stamp=$venv/pinned.txt
log=build/log/rivals.log

[[ -f $stamp && $(< "$stamp") == "${pinned[*]}" ]] && exit 0

printf 'installing %s into %s\n' "${pinned[*]}" "$venv"
mkdir -p build/log
begin=$SECONDS
if ! {
  /usr/bin/python3 -m venv --clear --system-site-packages "$venv" &&
    "$venv/bin/pip" install --disable-pip-version-check "${pinned[@]}" &&
    "$venv/bin/python" -c 'import cv2, numpy, onnxruntime, openvino, netron; cv2.dnn.readNetFromCaffe'
} > "$log" 2>&1 < /dev/null; then
  tail -n 15 "$log"
  if grep -qiE 'connection|name resolution|no matching distribution|timed out' "$log"; then
    echo 'The package index of Python could not be reached: these packages need a network once.'
  fi
  printf '(end of %s)\n' "$log"
  exit 1
fi
echo "${pinned[*]}" > "$stamp"
printf '%-48s%4d s\n' 'installed' $((SECONDS - begin))
