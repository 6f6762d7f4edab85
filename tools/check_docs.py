#!/usr/bin/env python3
"""Holds the documentation to the code and back: configuration keys, commands, event columns and the words in them, folders.

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


# Columns whose values are words of ours: where the code spells them (file, between which texts, which group is the word).
# `events` is below those who write its rows and cannot know their words, so its text is compared with them here.
CLICKS = ("UrlClickEvents", "UrlClickLog")
OUTCOMES = "src/verdict/click_outcome.cc"
WORDS = [
    (CLICKS, "PageShown", OUTCOMES, "kOutcomes[]", "};\n", r'{Page::k\w+, \w+, \w+, "(\w+)"'),
    (CLICKS, "ActionType", OUTCOMES, "constexpr", "kOutcomes[]", r'= "(\w+)"'),
    (CLICKS, "ReportAction", OUTCOMES, "kOutcomes[]", "};\n", r'k\w+, (?:true|false),\s+"([^"]+)"'),
    (CLICKS, "ThreatTypes", "src/verdict/verdict.cc", "kWords[]", "};\n", r'", "(\w+)"}'),
    (CLICKS, "SourceId", "src/click/click_rows.cc", "location_word", "\n}\n", r'return "(\w+)"'),
    (("UrlClickLog",), "Step", "src/click/click_rows.h", "namespace step", "}  // namespace step", r'= "(\w+)"'),
    (("UrlClickLog",), "Disposition", "src/verdict/verdict.cc", "kWords[]", "};\n", r'k\w+, "(\w+)"'),
    (("EmailEvents",), "DeliveryAction", "src/gateway/message_rows.cc", "Words words_of", "\n}\n", r'return {"(\w+)"'),
    (("EmailEvents",), "DeliveryLocation", "src/gateway/message_rows.cc", "Words words_of", "\n}\n", r'[,?:] "([^"]+)"'),
    (("EmailEvents",), "EmailDirection", "src/gateway/delivery.cc", "Delivery::direction", "\n}\n", r'"([^"]+)"'),
]


def check_words(tables, breaches):
    """Values after "one of" in docs/tables.md against the code that writes them."""
    for names, column, path, start, end, pattern in WORDS:
        source = (ROOT / path).read_text()
        at = source.find(start)
        code = set(re.findall(pattern, source[at:source.find(end, at)])) if at >= 0 else set()
        if not code:
            breaches.append(f"{path}: tools/check_docs.py no longer finds the words of {column} there")
        for name in names:
            meaning = re.search(rf"^## {name}\n.*?^\| {column} \| [^|]*\| ([^|]*) \|$", tables, re.M | re.S)
            listed = re.search(r"one of ([^;]*)", meaning.group(1)) if meaning else None
            documented = set(listed.group(1).strip().split(", ")) if listed else set()
            compare(f"value of {name}.{column}", code, "docs/tables.md", documented, breaches)


def check_link_results(breaches):
    """What may become of a link: in the code, in docs/rewriting.md and in the query that counts."""
    gateway = (ROOT / "src" / "gateway" / "message_work.cc").read_text()
    mail = (ROOT / "src" / "mail" / "message.cc").read_text()
    names = mail[mail.find("to_string(Unwrapped"):mail.find("\n}\n", mail.find("to_string(Unwrapped"))]
    code = set(re.findall(r'(?:left\(|Decision\{)"([a-z-]+)"', gateway))
    # Of these two the gateway knows more.
    code |= set(re.findall(r'case Unwrapped::k\w+:\s+return "(\w+)"', names)) - {"Wrapped", "Policy"}
    page = (ROOT / "docs" / "rewriting.md").read_text()
    table = page[page.find("| result | meaning |"):]
    compare("result", code, "docs/rewriting.md", set(re.findall(r"^\| `([\w-]+)` \|", table[:table.find("\n\n")], re.M)), breaches)
    query = (ROOT / "examples" / "links-by-result.kql").read_text()
    compare("result", code, "examples/links-by-result.kql", set(re.findall(r'"([\w-]+)"', query)), breaches)


def check_written_tables(tables, breaches):
    """A table is written by somebody, or docs/tables.md says that nobody does."""
    writers = "".join(p.read_text() for folder in ("click", "gateway", "respond", "scan") for p in (ROOT / "src" / folder).glob("*.cc")
                      if not p.stem.endswith("_test"))
    for name, meaning in re.findall(r"^## (\w+)\n(.*)$", tables, re.M):
        if (f'"{name}"' in writers) == ("nothing writes it" in meaning):
            breaches.append(f"docs/tables.md: {name}: whether anything writes it is not what the code says")


def check_filled_columns(tables, breaches):
    """A column that no writer of rows names, and no default of a table fills, is listed as not filled."""
    writers = "".join(p.read_text() for p in [*(ROOT / "src" / "click").glob("*.cc"), *(ROOT / "src" / "gateway").glob("*.cc"), *(ROOT / "src" / "respond").glob("*.cc"),
                                              ROOT / "src" / "events" / "row.cc", ROOT / "src" / "store" / "sql.cc"] if not p.stem.endswith("_test"))
    for section in re.split(r"^## ", tables, flags=re.M)[1:]:
        name, meaning = section.split("\n")[:2]
        listed = re.search(r"Not filled yet: (.*) \(", meaning)
        unfilled = set(listed.group(1).split(", ")) if listed else set()
        columns = set(re.findall(r"^\| (\w+) \| [a-z]+\?? \|", section, re.M))
        never_named = {column for column in columns if f'"{column}"' not in writers} - {"column"}
        if "nothing writes it" not in meaning and never_named - unfilled or unfilled - columns:
            breaches.append(f"docs/tables.md: {name}: not filled are {', '.join(sorted(never_named))}")


def check_feed_formats(breaches):
    """The formats of feeds: those that the configuration takes, those that are read, and the table of docs/feeds.md."""
    config = (ROOT / "src" / "base" / "config.cc").read_text()
    at = config.find('in.text("format"')
    taken = set(re.findall(r'"([a-z-]+)"', config[at:config.find(";", at)])) - {"format"}
    table = (ROOT / "src" / "scan" / "feed_formats.cc").read_text()
    read = set(re.findall(r'^    \{"([a-z-]+)"', table, re.M)) | {"taxii"}  # which becomes a bundle on the way
    page = (ROOT / "docs" / "feeds.md").read_text()
    documented = page[page.find("| format |"):]
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", documented[:documented.find("\n\n")], re.M))
    compare("format", taken, "docs/feeds.md", documented, breaches)
    compare("format", taken, "src/scan/feed_formats.cc", read, breaches)


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

    check_words(generated, breaches)
    check_link_results(breaches)
    check_feed_formats(breaches)
    check_written_tables(generated, breaches)
    check_filled_columns(generated, breaches)

    architecture = (ROOT / "ARCHITECTURE.md").read_text()
    folders = {p.name for p in (ROOT / "src").iterdir() if (p / "CMakeLists.txt").exists()}
    compare("folder", folders, "ARCHITECTURE.md", set(re.findall(r"^\| `([a-z]+)` \|", architecture, re.M)), breaches)

    pages = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / target).exists():
                breaches.append(f"{page.relative_to(ROOT)}: {target} does not exist")
    for breach in breaches:
        print(breach)
    print(f"check_docs: {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
