"""The mail corpora as files: archives unpacked, mbox files split. They are not part of the project: LINKGATE_DATA names
their folder, or they lie as shared/data beside the checkout."""
import lzma
import os
import pathlib
import re
import tarfile

from harness.process import ROOT

DATA = pathlib.Path(os.environ.get("LINKGATE_DATA", ROOT.parent / "shared" / "data")) / "mail"

# Each with its sources, and how many mails it has; fewer would mean that some were lost on the way.
CORPORA = {
    "phishing_pot": (["phishing_pot.tar.xz"], 2765),
    "spamassassin": (["spamassassin_public_corpus.tar.xz"], 6046),
    "nazario": (["nazario/20051114.mbox.xz", "nazario/phishing0.mbox.xz", "nazario/phishing1.mbox.xz"], 1308),
    "newsletters": (["newsletters.tar.xz"], 152),
    "fixtures": (["fixtures.tar.xz"], 1421),
}

_SEPARATOR = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\n")


def split_mbox(raw):
    """Messages of an mbox file (RFC 4155), each without its "From " line."""
    starts = list(_SEPARATOR.finditer(raw))
    ends = [match.start() for match in starts[1:]] + [len(raw)]
    return [raw[match.end():end] for match, end in zip(starts, ends)]


def read(corpus):
    """(name, bytes) of every mail of a corpus, in a fixed order."""
    for source in CORPORA[corpus][0]:
        if source.endswith(".mbox.xz"):
            with lzma.open(DATA / source) as file:
                for number, raw in enumerate(split_mbox(file.read())):
                    yield f"{source}:{number}", raw
            continue
        # In the archive's order: a compressed file is dear to go back in.
        with tarfile.open(DATA / source) as archive:
            yield from sorted((member.name, archive.extractfile(member).read()) for member in archive if member.isfile())


class Mails:
    """A corpus as numbered files in a folder: raw/17.eml, and what becomes of it in other folders beside."""

    def __init__(self, corpus, folder, count=None):
        self.folder = pathlib.Path(folder) / corpus
        (self.folder / "raw").mkdir(parents=True)
        mails = list(read(corpus))
        if len(mails) != CORPORA[corpus][1]:
            raise AssertionError(f"{corpus} has {len(mails)} mails, not {CORPORA[corpus][1]}")
        if count and count < len(mails):
            mails = [mails[i * len(mails) // count] for i in range(count)]
        self.names = [name for name, _ in mails]
        for number, (_, raw) in enumerate(mails):
            self.path("raw", number).write_bytes(raw)

    def __len__(self):
        return len(self.names)

    def path(self, stage, number):
        return self.folder / stage / f"{number}.eml"

    def bytes(self, stage, number):
        return self.path(stage, number).read_bytes()
