#!/usr/bin/env python3
"""Names and sizes: snake_case files, no junk-drawer names, mains of at most 100 lines, files that stay readable, and
nothing that ties the project to the machine of whoever wrote it. Exit 0 when all hold."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
JUNK = re.compile(r"(^|_)(util|utils|common|helper|helpers|manager|misc)(_|\.|$)")
MAX_FILE = 410      # the aim is 400
MAX_MAIN = 100
GENERATED = re.compile(r"^// Made by tools/", re.M)
FOREIGN = re.compile(r"(/work/|/root/|\bnpm\.[a-z]+\.|registry\.npmjs)")


def main():
    breaches = []
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, files):
        path = ROOT / name
        if not path.is_file():
            continue
        if path.suffix in {".h", ".cc"}:
            if not re.fullmatch(r"[a-z0-9_]+\.(h|cc)", path.name):
                breaches.append(f"{name}: file names are snake_case")
            if JUNK.search(path.name):
                breaches.append(f"{name}: a name that does not say what is in it")
            text = path.read_text(errors="replace")
            lines = text.count("\n")
            limit = MAX_MAIN if name.startswith("src/programs/") else MAX_FILE
            test_or_table = path.name.endswith("_test.cc") or GENERATED.search(text[:400])
            if lines > limit and not test_or_table:
                breaches.append(f"{name}: {lines} lines, at most {limit}")
            if path.suffix == ".h" and "#pragma once" not in text:
                breaches.append(f"{name}: no #pragma once")
        if path.suffix in {".h", ".cc", ".py", ".md", ".txt", ".cmake", ".json", ".toml", ".mjs", ".cjs", ".js", ""} and name != "tools/check_tree.py":
            try:
                text = path.read_text()
            except UnicodeDecodeError:
                continue
            if FOREIGN.search(text):
                line = text.count("\n", 0, FOREIGN.search(text).start()) + 1
                breaches.append(f"{name}:{line}: speaks of one machine: {FOREIGN.search(text).group(0)}")
    for breach in breaches:
        print(breach)
    print(f"check_tree: {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
