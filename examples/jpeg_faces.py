#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Finds faces in JPEG files, and everything up to the network's numbers happens on the device: the file is decoded,
resized into a square and handed to the model where it lies.

    jpeg_faces.py MODEL.om PICTURE.jpg... [--output FOLDER]

The model is a BlazeFace network, converted by atc with examples/blazeface_nv12.cfg: it takes NV12 pictures.
"""
import argparse
from pathlib import Path

from acl_model import Device, Model
from blazeface import find_faces
from dvpp import Dvpp, run_on
from face_detection import draw, report
from PIL import Image


class FaceFinder:
    """Dvpp and a model that takes its pictures."""

    def __init__(self, path):
        self.model = Model(path)
        self.dvpp = Dvpp()
        self.size = self.model.input_shape()[1]

    def __call__(self, picture, threshold=0.5):
        """The faces of a picture in device memory, in its pixels."""
        square, scale, offset = self.dvpp.letterbox(picture, self.size)
        faces = find_faces(run_on(self.model, square), self.size, scale, offset, threshold)
        square.close()
        return faces

    def close(self):
        self.dvpp.close()
        self.model.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+")
    parser.add_argument("--output", type=Path, default=Path("build/demo"), help="folder of the drawn pictures")
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)

    with Device():
        finder = FaceFinder(args.model)
        for path in args.pictures:
            picture = finder.dvpp.decode_jpeg(path.read_bytes())
            faces = finder(picture)
            print(f"{path.name}, {picture.width} x {picture.height}: {len(faces)} face{'s' * (len(faces) != 1)}")
            for face in faces:
                report(face)
            target = args.output / f"{path.stem}-faces.png"
            draw(Image.fromarray(picture.to_rgb()), faces).save(target)
            print(f"  drawn in {target}")
            picture.close()
        finder.close()


if __name__ == "__main__":
    main()
