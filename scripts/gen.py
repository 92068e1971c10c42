#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the tables of spec/ into headers, check rows, Python stubs and coverage pages.

Usage: gen.py [--verify] [--root DIR]. Writes what changed; with --verify writes nothing and
exits 1, naming the files that differ from what the tables say.
"""
import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import gen  # noqa: E402  (the package beside this file)
from gen.consistency import disagreements  # noqa: E402
from gen.spec import load  # noqa: E402
from gen.table import SpecError  # noqa: E402


def emitters():
    modules = (importlib.import_module(f"gen.{m.name}") for m in pkgutil.iter_modules(gen.__path__))
    return [module for module in modules if hasattr(module, "outputs")]


def stale_files(root, spec):
    """Yields path and text of each file whose content is not what the tables say."""
    for emitter in emitters():
        for name, text in emitter.outputs(spec).items():
            path = root / name
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                yield path, text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--verify", action="store_true", help="write nothing; fail if a file is stale")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent,
                        help="the tree to read spec/ from and to write to")
    args = parser.parse_args()
    try:
        spec = load(args.root)
        if complaints := disagreements(spec):
            raise SpecError("\n".join(complaints))
        stale = list(stale_files(args.root, spec))
    except SpecError as error:
        sys.exit(f"gen.py: {error}")
    for path, text in stale:
        print("stale" if args.verify else "wrote", path.relative_to(args.root))
        if not args.verify:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if args.verify and stale:
        sys.exit("gen.py: run scripts/gen.py and check in what it writes")


if __name__ == "__main__":
    main()
