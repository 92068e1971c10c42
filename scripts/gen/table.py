# SPDX-License-Identifier: Apache-2.0
"""Reading of table files: every complaint names the file, the row and the key."""
import tomllib

REQUIRED = object()


class SpecError(Exception):
    """A table that breaks the contract of spec/README.md."""


def read_toml(path, shown):
    """The top-level Row of a TOML file; `shown` is the path as complaints print it."""
    try:
        return Row(shown, tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SpecError(f"{shown}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{shown}: {error}") from None


class Row:
    """One table while it is read: hands out typed values, then complains about what is left."""

    def __init__(self, where, table):
        self.where = where
        if not isinstance(table, dict):
            self.fail(f"expected a table, found {table!r}")
        self._rest = dict(table)

    def fail(self, message):
        raise SpecError(f"{self.where}: {message}")

    def take(self, key, kind=str, default=REQUIRED):
        if key not in self._rest:
            if default is REQUIRED:
                self.fail(f"key '{key}' is missing")
            return default
        value = self._rest.pop(key)
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if type(value) not in kinds:  # not isinstance: a TOML boolean is no integer
            wanted = " or ".join(k.__name__ for k in kinds)
            self.fail(f"key '{key}' must be {wanted}, found {value!r}")
        return value.strip() if isinstance(value, str) else value

    def choice(self, key, allowed, default=REQUIRED):
        value = self.take(key, str, default)
        if value is not default and value not in allowed:
            self.fail(f"unknown {key} '{value}' (known: {', '.join(sorted(allowed))})")
        return value

    def rows(self, key, label):
        """The rows of an array of tables, each with its place: number and, if it has one, name."""
        for number, table in enumerate(self.take(key, list, []), 1):
            row = Row(f"{self.where}: {label} {number}", table)
            name = table.get("name") or table.get("python") or table.get("title")
            if name:
                row.where += f" '{name}'"
            yield row

    def done(self):
        if self._rest:
            self.fail(f"unknown key '{min(self._rest)}'")
