"""Lets the scripts of this virtual environment, as jupyter-lab, start the Python beside them, whatever folder it was copied to.

Usage: .venv/bin/python environment/scripts.py
"""

import pathlib
import sys

# A shell reads this as a command, and Python, which then reads the file, as a string.
HEADER = b"""#!/bin/sh
'''exec' "$(dirname "$0")/python" "$0" "$@"
' '''
"""


def without_first_line(script):
    """Returns the text after the line that names the Python, or after the three that do if its path is long or has a blank."""
    lines = script.splitlines(keepends=True)
    if lines and lines[0].startswith(b"#!") and b"python" in lines[0]:
        return b"".join(lines[1:])
    if len(lines) > 2 and lines[0] == b"#!/bin/sh\n" and lines[1].startswith(b"'''exec' "):
        return b"".join(lines[3:])
    return None


def main():
    for path in pathlib.Path(sys.prefix, "bin").iterdir():
        rest = None if path.is_symlink() or path.suffix == ".part" else without_first_line(path.read_bytes())
        if rest is not None:
            part = path.with_name(path.name + ".part")
            part.write_bytes(HEADER + rest)
            part.chmod(path.stat().st_mode)
            part.replace(path)


if __name__ == "__main__":
    main()
