# SPDX-License-Identifier: Apache-2.0
"""Emitters of scripts/gen.py. A module with `outputs(spec) -> {path: text}` is one emitter."""
