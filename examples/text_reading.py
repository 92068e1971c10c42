#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Finds lines of text in a picture and reads them, with two models one after the other.

    text_reading.py DETECTION.om RECOGNITION.om ALPHABET.txt PICTURE... [--output FOLDER]

`./dev demo text` fetches and converts the models of PP-OCRv4, which read English and Chinese.
"""
import argparse
import time
from pathlib import Path

from acl_model import Device, Model
from PIL import Image, ImageDraw
from text_lines import cut, detection_input, find_lines, fit, load_alphabet, read, strip_input

FRAME_COLOUR = "#00c853"
LEAST_CERTAINTY = 0.5


def find_and_read(detection, recognition, alphabet, picture):
    """(frame, text, certainty) of each line."""
    height, width = detection.input_shape()[2:]
    whole, scale = fit(picture, width, height)
    probability, = detection(detection_input(whole))
    lines = []
    for frame in find_lines(probability[0, 0], scale):
        steps, = recognition(strip_input(cut(picture, frame, recognition.input_shape()[3])))
        text, certainty = read(steps[0], alphabet)
        if text and certainty >= LEAST_CERTAINTY:
            lines.append((frame, text, certainty))
    return lines


def draw(picture, lines):
    """Enlarged, so that frames do not hide small text."""
    factor = max(1, 1000 // picture.width)
    picture = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    for frame, _, _ in lines:
        pen.polygon([tuple(corner * factor) for corner in frame], outline=FRAME_COLOUR, width=2)
    return picture


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("detection", type=Path)
    parser.add_argument("recognition", type=Path)
    parser.add_argument("alphabet", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+")
    parser.add_argument("--output", type=Path, default=Path("build/demo"), help="folder of the drawn pictures")
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)

    alphabet = load_alphabet(args.alphabet)
    with Device():
        detection, recognition = Model(args.detection), Model(args.recognition)
        for path in args.pictures:
            picture = Image.open(path).convert("RGB")
            begin = time.perf_counter()
            lines = find_and_read(detection, recognition, alphabet, picture)
            elapsed = time.perf_counter() - begin
            print(f"{path.name}, {picture.width} x {picture.height}: {len(lines)} lines in {elapsed * 1e3:.0f} ms")
            for _, text, certainty in lines:
                print(f"  {certainty:4.0%}  {text}")
            target = args.output / f"{path.stem}-text.png"
            draw(picture, lines).save(target)
            print(f"  drawn in {target}")
        detection.close()
        recognition.close()


if __name__ == "__main__":
    main()
