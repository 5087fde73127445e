"""Lets the Jupyter kernel `java` of this Python see the library: its classpath, JVM options and allocator settings.

Usage: python environment/kernel.py
"""

import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SPEC = pathlib.Path(sys.prefix, "share", "jupyter", "kernels", "java", "kernel.json")

# A notebook keeps what its cells made, and a session on Binder has 2 GB. Free tensors of this size go back to the system: between smaller
# ones they would leave gaps in the heap that nothing fills. The commands, which must be fast, keep larger ones.
LARGE_TENSOR = 8 * 1024**2


def settings():
    """The variables of environment/java.env, which the launcher uses as well."""
    lines = (ROOT / "environment" / "java.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def main():
    if not SPEC.exists():
        sys.exit(f"{SPEC}: no such file. Is the package jjava installed in {sys.prefix}?")
    variables = settings()
    variables["JJAVA_JVM_OPTS"] = f"{variables.pop('QUIET_OPTIONS')} {variables.pop('JVM_OPTIONS')}"
    variables["MALLOC_MMAP_THRESHOLD_"] = str(LARGE_TENSOR)
    target = ROOT / "lib" / "app" / "target"
    variables["JJAVA_CLASSPATH"] = os.pathsep.join([str(target / "mnist-ebm-app.jar"), str(target / "dependency" / "*.jar")])
    spec = json.loads(SPEC.read_text())
    spec["display_name"] = "Java"
    spec["env"] = variables
    part = SPEC.with_suffix(".part")
    part.write_text(json.dumps(spec, indent=2) + "\n")
    part.replace(SPEC)


if __name__ == "__main__":
    main()
