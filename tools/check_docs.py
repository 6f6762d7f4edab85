#!/usr/bin/env python3
"""Holds the documentation to the code and back: configuration keys, commands, event columns, folders.

Asks the built binary (build/bin/linkgate) what there is and looks for each in its page. Exit 0 when nothing is missing on
either side."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINKGATE = ROOT / "build" / "bin" / "linkgate"


def ask(*arguments):
    done = subprocess.run([str(LINKGATE), *arguments], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise SystemExit(f"linkgate {' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
    return done.stdout


def compare(what, code, page, documented, breaches):
    for name in sorted(code - documented):
        breaches.append(f"{page}: {what} {name} is not documented")
    for name in sorted(documented - code):
        breaches.append(f"{page}: {what} {name} does not exist")


def main():
    breaches = []
    code = set(ask("config-keys").split())
    page = (ROOT / "docs" / "configuration.md").read_text()
    compare("key", code, "docs/configuration.md", set(re.findall(r"^\| `([a-z_]+(?:\.[a-z_]+)*)` \|", page, re.M)), breaches)

    commands = set(re.findall(r"^  ([a-z][a-z-]*)  ", ask("--help").split("Subcommands:")[-1], re.M))
    page = (ROOT / "docs" / "commands.md").read_text()
    compare("command", commands, "docs/commands.md", set(re.findall(r"^#+ `?linkgate ([a-z][a-z-]*)", page, re.M)), breaches)

    generated = ask("schema", "--markdown")
    if generated != (ROOT / "docs" / "tables.md").read_text():
        breaches.append("docs/tables.md: not what `linkgate schema --markdown` prints")

    architecture = (ROOT / "ARCHITECTURE.md").read_text()
    folders = {p.name for p in (ROOT / "src").iterdir() if (p / "CMakeLists.txt").exists()}
    compare("folder", folders, "ARCHITECTURE.md", set(re.findall(r"^\| `([a-z]+)` \|", architecture, re.M)), breaches)

    readme = (ROOT / "README.md").read_text()
    for target in re.findall(r"\]\(([^)#:]+)\)", readme + architecture):
        if not (ROOT / target).exists():
            breaches.append(f"README.md or ARCHITECTURE.md: {target} does not exist")
    for breach in breaches:
        print(breach)
    print(f"check_docs: {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
