#!/usr/bin/env python3
"""Holds every #include under src/ to the one line of its folder's CMakeLists.txt that declares what it may include.

Also holds the invariants that are written as absences: which folders may see sockets, files, SQL, the key format.
Exit 0 when all hold; else one line a breach."""
import pathlib
import re
import sys

SRC = pathlib.Path(__file__).resolve().parent.parent / "src"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
DECLARATION = re.compile(r"linkgate_library\(\s*(\w+)([^)]*)\)", re.S)
KEYWORDS = {"DEPS", "LIBS", "TEST_LIBS", "TEST_DEPS", "PCH"}

# The agreed order. A folder may declare no more than this, whatever its CMake line says.
ALLOWED = {
    "base": "", "url": "base", "kql": "base", "mail": "base url", "document": "base url",
    "verdict": "base url", "net": "base", "events": "base", "api": "base url verdict",
    "state": "base url verdict", "store": "base net events", "functions": "base url", "engine": "base net",
    "browser": "base url verdict net",
    "egress": "base url net",
    "scan": "base url verdict document net state api browser",
    "gateway": "base url mail document verdict net events state api",
    "click": "base url verdict net events state api",
    "views": "base url kql verdict events",
    "notify": "base",
    "respond": "base url mail verdict net events store state api kql views notify",
    "portal": "base url kql verdict net events store state api views notify",
    "supervise": "base net", "chart": "base", "training": "base url verdict",
}
COMPOSERS = {"programs", "cli"}  # may include everything

# (what no file may include or say, where it is allowed all the same, why)
ABSENT = [
    (re.compile(r"#\s*include\s*<(sys/socket\.h|netinet/|boost/asio|boost/beast)"), {"net", "state", "egress", "scan", "browser", "gateway", "click", "engine", "store", "supervise", "portal", "respond", "notify", "cli", "programs"},
     "nothing below net opens a socket"),
    (re.compile(r"#\s*include\s*<(fstream|fcntl\.h|unistd\.h|filesystem|sys/stat\.h)>"), None, "does no I/O"),
    (re.compile(r"#\s*include\s*[<\"](sqlite3|SQLiteCpp|libpq)"), {"state"}, "SQL of state is seen by state alone"),
    (re.compile(r"\bchdb_\w+\s*\("), {"engine"}, "the engine is seen by engine/ alone"),
    (re.compile(r"crypto_aead_xchacha20"), {"url"}, "only url/sealed_link knows the key format"),
]
PURE = {"url", "kql", "mail", "document", "verdict", "chart", "training", "views"}


def declared(folder):
    text = (folder / "CMakeLists.txt").read_text()
    found = DECLARATION.search(text)
    if not found:
        return None
    deps, test_deps, mode = set(), set(), None
    for word in found.group(2).split():
        if word in KEYWORDS:
            mode = word
        elif mode == "DEPS":
            deps.add(word)
        elif mode == "TEST_DEPS":
            test_deps.add(word)
    return deps, test_deps


def test_headers():
    """Headers that only tests include: they may do what tests may."""
    users = {}
    for file in [*SRC.rglob("*.cc"), *SRC.rglob("*.h")]:
        for match in INCLUDE.finditer(file.read_text(errors="replace")):
            users.setdefault(match.group(2), []).append(file)
    found = set()
    for name, files in users.items():
        if all(f.name.endswith(("_test.cc", "_for_test.h")) for f in files):
            found.add(name)
    return found


def main():
    breaches = []
    tests_only = test_headers()
    folders = {p.name for p in SRC.iterdir() if p.is_dir()}
    for folder in sorted(SRC.iterdir()):
        name = folder.name
        if not folder.is_dir() or not (folder / "CMakeLists.txt").exists():
            continue
        lines = declared(folder)
        if lines is None and name not in COMPOSERS:
            breaches.append(f"src/{name}/CMakeLists.txt: no linkgate_library line")
            continue
        deps, test_deps = lines or (set(), set())
        if name not in COMPOSERS:
            if name not in ALLOWED:
                breaches.append(f"src/{name}: not in the agreed table of layers")
                continue
            for extra in sorted(deps - set(ALLOWED[name].split())):
                breaches.append(f"src/{name}/CMakeLists.txt: may not depend on {extra}")
        for file in sorted([*folder.rglob("*.h"), *folder.rglob("*.cc")]):
            test = file.name.endswith("_test.cc") or str(file.relative_to(SRC)) in tests_only
            text = file.read_text(errors="replace")
            where = file.relative_to(SRC.parent)
            for match in INCLUDE.finditer(text):
                line = text.count("\n", 0, match.start(2)) + 1
                target = match.group(2).split("/")[0]
                if match.group(1) != '"':
                    continue
                if "/" not in match.group(2) or target not in folders:
                    breaches.append(f'{where}:{line}: include as "folder/file.h", not "{match.group(2)}"')
                elif name not in COMPOSERS and target != name and target not in deps and not (test and target in test_deps):
                    breaches.append(f"{where}:{line}: {name} does not declare {target}")
            if test:
                continue
            for pattern, allowed, why in ABSENT:
                permitted = (name not in PURE) if allowed is None else (name in allowed)
                if permitted:
                    continue
                for match in pattern.finditer(text):
                    line = text.count("\n", 0, match.start()) + 1
                    breaches.append(f"{where}:{line}: {match.group(0).strip()}: {why if allowed is not None else name + ' ' + why}")
    for breach in breaches:
        print(breach)
    print(f"check_layers: {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
