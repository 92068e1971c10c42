#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Finds faces in pictures and draws what it found.

    face_detection.py MODEL.om PICTURE... [--output FOLDER]

The model is a BlazeFace network, converted by atc; `./dev demo` fetches one and converts it.
"""
import argparse
import time
from pathlib import Path

from acl_model import Device, Model
from blazeface import POINT_NAMES, find_faces, letterbox, to_input
from PIL import Image, ImageDraw

BOX_COLOUR, POINT_COLOUR, LABEL_COLOUR = "#00c853", "#ffd600", "#003d1a"


class Stopwatch:
    """Milliseconds of the steps of one picture."""

    def __init__(self):
        self.steps = {}
        self.last = time.perf_counter()

    def lap(self, name):
        now = time.perf_counter()
        self.steps[name] = (now - self.last) * 1e3
        self.last = now

    def __str__(self):
        return ", ".join(f"{name} {value:.1f}" for name, value in self.steps.items()) + " ms"


def detect(model, picture, threshold):
    """The faces of a picture, and how long each step took."""
    _, size, _, _ = model.input_shape()
    watch = Stopwatch()
    square, scale, offset = letterbox(picture, size)
    pixels = to_input(square)
    watch.lap("prepare")
    model.load(pixels)
    watch.lap("copy in")
    model.execute()
    watch.lap("execute")
    outputs = model.fetch()
    watch.lap("copy out")
    faces = find_faces(outputs, size, scale, offset, threshold)
    watch.lap("decode")
    return faces, watch


def draw(picture, faces):
    picture = picture.convert("RGB")
    pen = ImageDraw.Draw(picture)
    width = max(2, max(picture.size) // 250)
    for face in faces:
        left, top, right, bottom = face.box
        pen.rectangle([left, top, right, bottom], outline=BOX_COLOUR, width=width)
        for x, y in face.points:
            pen.ellipse([x - 1.5 * width, y - 1.5 * width, x + 1.5 * width, y + 1.5 * width], fill=POINT_COLOUR)
        label = f"{face.score:.0%}"
        text_left, text_top, text_right, text_bottom = pen.textbbox((left + 4, top - 14), label)
        pen.rectangle([left, text_top - 3, text_right + 4, text_bottom + 3], fill=BOX_COLOUR)
        pen.text((left + 4, top - 14), label, fill=LABEL_COLOUR)
    return picture


def report(face):
    left, top, right, bottom = face.box.round().astype(int)
    print(f"  face {face.score:.1%}, from ({left}, {top}) to ({right}, {bottom})")
    print("    " + ", ".join(f"{name} ({x:.0f}, {y:.0f})" for name, (x, y) in zip(POINT_NAMES, face.points)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+")
    parser.add_argument("--output", type=Path, default=Path("build/demo"), help="folder of the drawn pictures")
    parser.add_argument("--threshold", type=float, default=0.5, help="least score, from 0 to 1")
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)

    with Device():
        begin = time.perf_counter()
        model = Model(args.model)
        print(f"{args.model.name} loaded in {(time.perf_counter() - begin) * 1e3:.0f} ms")
        for path in args.pictures:
            picture = Image.open(path)
            detect(model, picture, args.threshold)  # the first time, memory is touched and caches are cold
            faces, watch = detect(model, picture, args.threshold)
            print(f"{path.name}, {picture.width} x {picture.height}: {len(faces)} face{'s' * (len(faces) != 1)}")
            for face in faces:
                report(face)
            target = args.output / f"{path.stem}-faces.png"
            draw(picture, faces).save(target)
            print(f"  {watch}\n  drawn in {target}")
        model.close()


if __name__ == "__main__":
    main()
