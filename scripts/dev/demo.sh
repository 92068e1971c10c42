#!/usr/bin/env bash
# ./dev demo [faces | media | operators | text | tour]
. scripts/dev/common.sh

what=${1:-faces}
[[ $what == @(faces|media|operators|text|tour) ]] || fail 'usage: ./dev demo [faces | media | operators | text | tour]'

run() {
  local shown=("${@//$PWD\//}")
  printf '\n$ %s\n' "${shown[*]}"
  "$@"
}

# convert NAME [OPTION...]: build/demo/NAME.onnx to build/demo/NAME.om, unless an option says otherwise.
convert() {
  local output=(--output="build/demo/$1")
  [[ ${*:2} == *--output=* ]] && output=()
  run atc --framework=5 --model="build/demo/$1.onnx" "${output[@]}" --soc_version=Ascend310B4 "${@:2}"
}

scripts/setup.sh build
[[ $what == tour ]] || scripts/setup.sh demo
[[ $what != media ]] || scripts/setup.sh media
build release product
step 'install into build/install' cmake --install build/release --prefix "$PWD/build/install"
models=faces
[[ $what != text ]] || models=text
[[ $what == tour ]] || step "fetch the models of the demonstration: $models" scripts/fetch.sh "$models"
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
  media)
    # The photograph as a JPEG file, and a camera that wanders over it.
    run ffmpeg -v error -y -i build/demo/astronaut.png -q:v 2 build/demo/astronaut.jpg
    run ffmpeg -v error -y -loop 1 -i build/demo/astronaut.png -vf 'crop=384:384:4*n:0,format=yuv420p' -frames:v 30 \
      -c:v libx265 -x265-params log-level=error -f hevc build/demo/camera.h265
    convert blazeface --output=build/demo/blazeface_nv12 --insert_op_conf=examples/blazeface_nv12.cfg \
      --input_format=NHWC
    run "$python" examples/jpeg_faces.py build/demo/blazeface_nv12.om build/demo/astronaut.jpg --output build/demo/media
    run "$python" examples/video_faces.py build/demo/blazeface_nv12.om build/demo/camera.h265 384 384 \
      --output build/demo/media
    ;;
  operators)
    run "$python" examples/operators.py
    run g++ -O3 -shared -fPIC -I "$DDK_PATH/include" examples/edges_kernel.cpp -o build/demo/edges_kernel.so
    run "$python" examples/own_operator.py build/demo/edges_kernel.so build/demo/astronaut.png \
      build/demo/astronaut-edges.png
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
