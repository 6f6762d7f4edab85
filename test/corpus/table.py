"""One table for all corpora: a column each."""


def of(outcomes):
    rows = [("mails", [o.mails for o in outcomes])]
    rows.append(("refused", [o.refused.total() for o in outcomes]))
    rows += _counters("  ", [o.refused for o in outcomes])
    rows.append(("links", [o.links.total() for o in outcomes]))
    rows += _counters("  ", [o.links for o in outcomes])
    rows.append(("http(s) links left alone", [o.left_http.total() for o in outcomes]))
    rows += _counters("  ", [o.left_http for o in outcomes])
    rows.append(("  % but for policy, names", [f"{o.left_percent():.2f}" for o in outcomes]))
    rows.append(("mails looked at", [""] * len(outcomes)))
    rows += _counters("  ", [o.notes for o in outcomes])
    rows.append(("broken laws", [len(o.broken) for o in outcomes]))
    widths = [max(len(o.corpus), 8) for o in outcomes]
    first = max(len(name) for name, _ in rows)
    lines = [" " * first + "".join(f"  {o.corpus:>{width}}" for o, width in zip(outcomes, widths))]
    lines += [f"{name:{first}}" + "".join(f"  {value:>{width}}" for value, width in zip(values, widths)) for name, values in rows]
    return "\n".join(lines)


def _counters(indent, counters):
    names = sorted({name for counter in counters for name in counter}, key=lambda n: -sum(c[n] for c in counters))
    return [(indent + name[:60], [c[name] or "" for c in counters]) for name in names]
