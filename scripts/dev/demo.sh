#!/usr/bin/env bash
# ./dev demo [faces | text | tour]
. scripts/dev/common.sh

what=${1:-faces}
[[ $what == @(faces|text|tour) ]] || fail 'usage: ./dev demo [faces | text | tour]'

run() {
  local shown=("${@//$PWD\//}")
  printf '\n$ %s\n' "${shown[*]}"
  "$@"
}

# convert NAME [OPTION...]: build/demo/NAME.onnx to build/demo/NAME.om.
convert() {
  run atc --framework=5 --model="build/demo/$1.onnx" --output="build/demo/$1" --soc_version=Ascend310B4 "${@:2}"
}

scripts/setup.sh build
[[ $what == tour ]] || scripts/setup.sh demo
build release product
step 'install into build/install' cmake --install build/release --prefix "$PWD/build/install"
[[ $what == tour ]] || step "fetch the models of the demonstration: $what" scripts/fetch.sh "$what"
. build/install/set_env.sh

case $what in
  faces)
    convert blazeface
    run "$python" examples/face_detection.py build/demo/blazeface.om build/demo/astronaut.png
    if [[ -x build/venv/bin/python ]]; then
      printf '\nThe same network on the same input:\n'
      build/venv/bin/python bench/lib/compare.py build/demo/blazeface.onnx
    fi
    printf '\nNext: ./dev demo text reads a page; the commands above work after: source build/install/set_env.sh\n'
    ;;
  text)
    convert text_detection --input_shape='x:1,3,640,640'
    convert text_recognition --input_shape='x:1,3,48,960'
    run "$python" examples/text_reading.py build/demo/text_{detection,recognition}.om build/demo/text_alphabet.txt \
      build/demo/page.png
    ;;
  tour)
    echo
    exec "$python" examples/quick_tour.py
    ;;
esac
