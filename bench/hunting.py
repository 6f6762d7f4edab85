"""Ten hunting queries in KQL beside SQL that was written by hand for the same answer, on a month of mail from a seeded generator: time as
ratios of runs that take turns, the store's peak memory, and how both grow with ten times as many rows."""
import json
import pathlib
import re
import statistics
import time

from harness.installation import Installation
from harness.process import free_port, wait_until
from harness.store import Store
from hunting_data import generate

QUERIES = pathlib.Path(__file__).resolve().parent / "hunting"
EXTRA = '[events]\nretention_days = 3650\nstore_memory_bytes = "8GiB"\n'
FORMAT = " FORMAT JSONCompactEachRow"
TURNS = 5


def generated_sql(linkgate, path):
    return linkgate.command("kql", "--explain", "--file", path).split("-- SQL\n", 1)[1].strip()


def plain(rows):
    """Rows to compare: numbers and texts; what KQL keeps as text of JSON as what it is."""
    def cell(value):
        if isinstance(value, str) and value[:1] in "[{":
            return json.loads(value)
        return float(value) if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value) else value
    return [[cell(value) for value in json.loads(line)] for line in rows.decode().splitlines()]


def peak_of(pid, run):
    """Megabytes that the store had at most while `run` ran."""
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
    run()
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024


def measure(linkgate, store, name):
    """Milliseconds of both, as medians, the ratio of each pair, and the peaks."""
    texts = {"kql": generated_sql(linkgate, QUERIES / f"{name}.kql"), "sql": (QUERIES / f"{name}.sql").read_text().strip()}
    answers = {which: plain(store.ask(text + FORMAT)) for which, text in texts.items()}  # also warms the page cache
    assert answers["kql"] == answers["sql"] and answers["sql"], f"{name}: {answers['kql'][:3]} is not {answers['sql'][:3]}"
    times = {"kql": [], "sql": []}
    for turn in range(TURNS):
        for which in ("kql", "sql") if turn % 2 else ("sql", "kql"):
            start = time.monotonic()
            store.ask(texts[which] + FORMAT)
            times[which].append((time.monotonic() - start) * 1000)
    pid = linkgate.pids()["store"]
    peaks = {which: peak_of(pid, lambda text=text: store.ask(text + FORMAT)) for which, text in texts.items()}
    ratio = statistics.median(a / b for a, b in zip(times["kql"], times["sql"]))
    return {"kql": statistics.median(times["kql"]), "sql": statistics.median(times["sql"]), "ratio": ratio, "peaks": peaks}


def merged(store):
    return store.ask("SELECT count() FROM system.merges").strip() == b"0"


def measure_all(folder, clicks):
    folder.mkdir(exist_ok=True)
    linkgate = Installation(folder, f"lmtp:127.0.0.1:{free_port()}", extra=EXTRA).start()
    try:
        store = Store(linkgate.data)
        if store.ask("SELECT count() FROM linkgate.UrlClickEvents").strip() == b"0":
            generate(store, clicks)
        wait_until("the store to be still", lambda: merged(store), 900, 1)
        return {path.stem: measure(linkgate, store, path.stem) for path in sorted(QUERIES.glob("*.kql"))}
    finally:
        linkgate.stop()


def bench_hunting(figures, folder, clicks=10_000_000):
    """The rows lie in folder/small and folder/large; those that are there already are taken as they are."""
    small = measure_all(folder / "small", clicks // 10)
    large = measure_all(folder / "large", clicks)
    for name, found in large.items():
        figures.append((f"hunting query {name}, {clicks:,} clicks and {2 * clicks:,} mails",
                        f"{found['kql']:,.0f} ms, by hand {found['sql']:,.0f} ms, ratio {found['ratio']:.2f}, the store at most {found['peaks']['kql']:,.0f} MB and {found['peaks']['sql']:,.0f} MB"))
        figures.append(("  with a tenth of the rows", f"{small[name]['kql']:,.0f} ms, by hand {small[name]['sql']:,.0f} ms, ratio {small[name]['ratio']:.2f}, "
                        f"the store at most {small[name]['peaks']['kql']:,.0f} MB"))
    ratios = sorted(found["ratio"] for found in large.values())
    figures.append(("KQL against SQL by hand, of these ten", f"median {statistics.median(ratios):.2f}, worst {ratios[-1]:.2f}"))
