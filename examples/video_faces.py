#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Finds faces in an H.265 video: decoded, resized and handed to the model on the device.

    video_faces.py MODEL.om VIDEO.h265 WIDTH HEIGHT [--output FOLDER] [--h264]

The model is a BlazeFace network, converted by atc with examples/blazeface_nv12.cfg. A sheet of some of the pictures, with
what was found drawn in, is written.
"""
import argparse
import time
from pathlib import Path

from acl_model import Device
from face_detection import draw
from jpeg_faces import FaceFinder
from PIL import Image
from video import H264_HIGH, H265_MAIN, Decoder

COLUMNS, ROWS = 3, 2


def sheet(pictures, width=400):
    """Pictures side by side."""
    height = width * pictures[0].height // pictures[0].width
    whole = Image.new("RGB", (COLUMNS * width, -(-len(pictures) // COLUMNS) * height))
    for i, picture in enumerate(pictures):
        whole.paste(picture.resize((width, height)), (i % COLUMNS * width, i // COLUMNS * height))
    return whole


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("video", type=Path)
    parser.add_argument("width", type=int)
    parser.add_argument("height", type=int)
    parser.add_argument("--output", type=Path, default=Path("build/demo"), help="folder of the drawn sheet")
    parser.add_argument("--h264", action="store_true", help="the video is H.264")
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)

    with Device():
        finder = FaceFinder(args.model)
        decoder = Decoder(args.width, args.height, H264_HIGH if args.h264 else H265_MAIN)
        begin, counts, drawn = time.perf_counter(), [], []
        for picture in decoder.pictures(args.video.read_bytes()):
            faces = finder(picture)
            counts.append(len(faces))
            drawn.append(draw(Image.fromarray(picture.to_rgb()), faces))
            picture.close()
        seconds = time.perf_counter() - begin
        decoder.close()
        finder.close()
    print(f"{args.video.name}: {len(counts)} pictures, {len(counts) / seconds:.0f} a second with the drawing, "
          f"faces in {sum(count > 0 for count in counts)}")
    target = args.output / f"{args.video.stem}-faces.png"
    step = max(1, len(drawn) // (COLUMNS * ROWS))
    sheet(drawn[::step][:COLUMNS * ROWS]).save(target)
    print(f"  some of them in {target}")


if __name__ == "__main__":
    main()
