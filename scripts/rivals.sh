#!/usr/bin/env bash
# Makes build/venv: Debian's Python packages plus the judges and rivals that Debian does not have. Tests compare with
# ONNX Runtime, OpenCV and TensorFlow and open models with Netron; benchmarks race ONNX Runtime and OpenVINO. TensorFlow
# wants a newer NumPy than the others and gets a folder of its own, build/venv/tensorflow; where there is no package of it
# for the machine, its tests skip. Nothing is done twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pinned=(onnxruntime==1.32.0 openvino==2026.4.1 netron==9.3.3 opencv-python-headless==4.11.0.86)
tensorflow="tensorflow-cpu==2.21.0"
venv=build/venv
stamp=$venv/pinned.txt
log=build/log/rivals.log

add_tensorflow() {
  [[ -e $venv/tensorflow.txt && $(< "$venv/tensorflow.txt") == "$tensorflow"* ]] && return
  printf 'installing %s into %s\n' "$tensorflow" "$venv/tensorflow"
  rm -rf "$venv/tensorflow"
  if "$venv/bin/pip" install --disable-pip-version-check --target "$venv/tensorflow" "$tensorflow" \
    > build/log/tensorflow.log 2>&1 < /dev/null; then
    echo "$tensorflow" > "$venv/tensorflow.txt"
  else
    rm -rf "$venv/tensorflow"
    echo "$tensorflow is not there for this machine or could not be reached (build/log/tensorflow.log): its tests skip"
    if grep -qi 'no matching distribution' build/log/tensorflow.log &&
      ! grep -qiE 'connection|name resolution|timed out' build/log/tensorflow.log; then
      echo "$tensorflow: none" > "$venv/tensorflow.txt"
    fi
  fi
}

mkdir -p build/log
if [[ -f $stamp && $(< "$stamp") == "${pinned[*]}" ]]; then
  add_tensorflow
  exit 0
fi

printf 'installing %s into %s\n' "${pinned[*]}" "$venv"
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
add_tensorflow
printf '%-48s%4d s\n' 'installed' $((SECONDS - begin))
