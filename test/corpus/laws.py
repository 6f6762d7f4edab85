"""What must hold of every mail once `linkgate rewrite` has had it, and what is counted on the way."""
import collections
import concurrent.futures
import functools
import re

from . import identity, known, reading

BY_POLICY = {"policy", "do-not-rewrite", "already-sealed"}
# A bare name such as example.com is recorded, but is no http(s) link in the mail.
NO_HTTP_LINK = {"Schemeless"}
SIGNED = re.compile(rb"multipart/signed|BEGIN PGP SIGNED|pkcs7-mime", re.I)


class Outcome:
    """The numbers of one corpus, and every mail that broke a law."""

    def __init__(self, corpus, count):
        self.corpus, self.mails = corpus, count
        self.refused, self.links, self.left_http, self.notes = (collections.Counter() for _ in range(4))
        self.broken = []

    def breaks(self, name, law):
        self.broken.append(f"{name}: {law}")

    def take(self, box, answers):
        """Counts the first rewriting. The numbers of the mails that were rewritten."""
        good = []
        for number, answer in sorted(answers.items()):
            if "broken" in answer:
                self.breaks(box.names[number], answer["broken"])
            elif "refused" in answer:
                self.refused[answer["refused"]] += 1
            else:
                good.append(number)
                self.links.update(answer["links"])
                self.notes["with repairs"] += answer["repairs"] > 0
                self.left_http.update(left["reason"] for left in answer["left_alone"] if is_http(left["url"]))
        return good

    def take_again(self, box, numbers, answers, what):
        for number in numbers:
            if "links" not in answers[number]:
                self.breaks(box.names[number], f"{what}: {answers[number].get('broken') or answers[number]['refused']}")
        return [number for number in numbers if "links" in answers[number]]

    def left_percent(self):
        """Of the http(s) links, those left alone for other reasons than policy."""
        left = sum(count for reason, count in self.left_http.items() if reason not in BY_POLICY | NO_HTTP_LINK)
        every = left + self.links["sealed"] + sum(self.left_http[reason] for reason in BY_POLICY)
        return 100 * left / every if every else 0.0


def is_http(url):
    return re.match(r"https?:", url, re.I) is not None


def compare_one(folder, origin, number, answer):
    """(broken law or None, links before, links after outbound, notes) of one mail. Runs in a process of its own."""
    raw, once, twice, back = ((folder / stage / f"{number}.eml").read_bytes() for stage in ("raw", "once", "twice", "back"))
    if once != twice:
        return "rewriting twice is not rewriting once", [], [], ["twice"]
    notes, law = [], None
    try:
        if answer["repairs"] == 0 and not (b"pkcs7-mime" in raw and b"pkcs7-mime" not in once):
            law = identity.difference(raw, once, identity.sealed_pattern(origin))
            notes.append("bytes compared")
        left = {identity.letters(link["url"].encode()) for link in answer["left_alone"]}
        for link in reading.links(once):
            if not link.startswith(origin + "/") and identity.letters(link.encode("utf-8", "replace")) not in left:
                law = law or f"left open without a reason: {link[:200]}"
        before, after = reading.links(raw), reading.links(back)
    except reading.Unreadable:
        return None, [], [], [*notes, "Python cannot read"]
    if any(link.startswith(origin + "/") for link in after):
        # What somebody here signed leaves as it was signed.
        if not SIGNED.search(raw):
            law = law or "outbound leaves a sealed link"
        return law, [], [], [*notes, "outbound, left in signed parts"]
    return law, before, after, notes


def compare(rewriting, box, numbers, answers, outcome):
    """Holds what `linkgate` wrote to what was there. Links are compared as browsers read them, all in one question."""
    work = functools.partial(compare_one, box.folder, rewriting.ORIGIN)
    with concurrent.futures.ProcessPoolExecutor(rewriting.jobs) as pool:
        found = list(pool.map(work, numbers, [answers[n] for n in numbers], chunksize=20))
    spelled = normal_forms(rewriting, {link for _, before, after, _ in found for link in [*before, *after]})
    for number, (law, before, after, notes) in zip(numbers, found):
        outcome.notes.update(notes)
        expected = known.reason_for(box.names[number])
        if law and expected and "twice" not in notes:
            outcome.notes["known to be read otherwise"] += 1
        elif law:
            outcome.breaks(box.names[number], law)
        lost = collections.Counter(spelled[link] for link in before) - collections.Counter(spelled[link] for link in after)
        outcome.notes["links given back"] += len(before) - lost.total()
        if lost and expected:
            outcome.notes["known to be read otherwise"] += not law
        elif lost:
            outcome.breaks(box.names[number], f"outbound did not give back {[link[:200] for link in lost][:2]}")


def normal_forms(rewriting, links):
    """Each link as a browser would open it, other vendors' wrappers taken off: a spelling counts for nothing."""
    links = sorted(links)
    lines = [{"url": link.encode("utf-8", "replace").decode()} for link in links]
    bare = [answer["url"] for answer in rewriting.ask(["unwrap"], lines)]
    parts = rewriting.ask(["url"], [{"input": link} for link in bare])
    return {link: part.get("href", link) for link, part in zip(links, parts)}
