"""Medians over interleaved runs: what drifts on the machine drifts for both sides."""
import statistics

PAIRS = 9


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))]


def interleaved(runs, pairs=PAIRS):
    """`runs`: name to function, called in turn `pairs` times. Name to the list of what it gave."""
    results = {name: [] for name in runs}
    for turn in range(pairs):
        names = list(runs) if turn % 2 == 0 else list(reversed(list(runs)))
        for name in names:
            results[name].append(runs[name]())
    return results


def ratio(ours, theirs):
    """The median of the quotients of each pair, with the smallest and the largest."""
    quotients = [a / b for a, b in zip(ours, theirs)]
    return f"{statistics.median(quotients):.2f} (of {len(quotients)} pairs: {min(quotients):.2f} to {max(quotients):.2f})"
