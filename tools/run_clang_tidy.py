#!/usr/bin/env python3
"""clang-tidy over the sources of src/ (tests apart), remembering in the user's cache which of them passed in their present
form, with all that they include.

usage: run_clang_tidy.py [--all | --changed]
  --all      forget what passed before
  --changed  only the sources that the newest commits touched"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

import sources
from sources import ROOT

BUILD = ROOT / "build"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "linkgate-clang-tidy.json"


def main():
    known = {e["file"] for e in json.loads((BUILD / "compile_commands.json").read_text())}
    files = [f for f in sorted((ROOT / "src").rglob("*.cc")) if str(f) in known and not f.name.endswith("_test.cc")]
    if "--changed" in sys.argv:
        recent = sources.recently_changed()
        files = [f for f in files if f in recent]
    settings = (ROOT / ".clang-tidy").read_bytes()
    passed = {} if "--all" in sys.argv or not CACHE.exists() else json.loads(CACHE.read_text())
    todo = [f for f in files if passed.get(str(f.relative_to(ROOT))) != sources.state_of(f, settings)]

    def check(file):
        done = subprocess.run(["clang-tidy-14", "-p", str(BUILD), "--quiet", "--extra-arg=-Wno-unknown-warning-option",
                               "--extra-arg=-Wno-ignored-optimization-argument", str(file)], capture_output=True, text=True)
        return file, done.returncode, done.stdout + "\n".join(l for l in done.stderr.split("\n") if "error:" in l)

    def remember():
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        CACHE.write_text(json.dumps(passed))

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, code, text in pool.map(check, todo):
            name = str(file.relative_to(ROOT))
            if code != 0:
                bad += 1
                print(f"{name}:\n{text}")
            else:
                passed[name] = sources.state_of(file, settings)
                remember()
    print(f"clang-tidy: {len(files)} files, {len(todo)} looked at, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
