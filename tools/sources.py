"""Which sources of src/ changed lately, and what each one's text depends on."""
import functools
import hashlib
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
RECENT_COMMITS = 25  # what --changed looks back at; older changes were looked at when they were new
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.M)


@functools.cache
def direct(file):
    """The project's own files that this one includes, by its text."""
    return tuple(path for name in INCLUDE.findall(file.read_bytes())
                 for path in (SRC / name.decode(), file.parent / name.decode()) if path.is_file())


def closure(file):
    """The file and everything of the project that it includes, however deep."""
    seen, todo = set(), [file]
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo += direct(one)
    return seen


@functools.cache
def text_hash(file):
    return hashlib.sha256(file.read_bytes()).digest()


def state_of(file, settings=b""):
    """A digest that changes when the file, or one that it includes, or `settings` changes."""
    whole = hashlib.sha256(settings)
    for one in sorted(closure(file)):
        whole.update(str(one.relative_to(ROOT)).encode() + text_hash(one))
    return whole.hexdigest()


def recently_changed():
    """The files that the newest commits and the working tree touched."""
    git = ["git", "-C", str(ROOT)]
    names = subprocess.run([*git, "log", f"-{RECENT_COMMITS}", "--format=", "--name-only"], capture_output=True, text=True, check=True).stdout
    names += subprocess.run([*git, "diff", "HEAD", "--name-only"], capture_output=True, text=True, check=True).stdout
    return {ROOT / name for name in names.split("\n") if name}
