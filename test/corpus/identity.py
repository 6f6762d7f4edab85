"""Every byte outside the patches stays: a message before and after, compared entity by entity, by a reader that knows
nothing of how Linkgate works. Between the sealed links of the text afterwards must stand what stood between the links
before."""
import re
import urllib.parse

from . import reading

OWN_FIELD = "x-linkgate-"
# What an entity's header may say anew when its body was encoded anew.
RECODED = {"content-transfer-encoding", "content-type", "mime-version"}
MAX_LINK = 70_000    # of what stood in place of a sealed link
MAX_READINGS = 8     # at once, of where an original link ended
_END_OF_WORD = re.compile(rb"[\s<>]")


def sealed_pattern(origin):
    return re.compile(re.escape(origin).encode() + rb"/(?:\?url=([^\s\"'<>&]*)(?:&amp;|&)data=[A-Za-z0-9_-]+|f/[A-Za-z0-9_-]+)")


def letters(url):
    """What is left of a URL under every way to write it down."""
    url = re.sub(rb"[\t\r\n]", b"", url)
    url = re.sub(rb"^((?:https?://)?[^/?#:]*):(?:80|443)(?=[/?#]|$)", rb"\1", url)
    return re.sub(rb"[^a-z0-9]", b"", urllib.parse.unquote_to_bytes(url).lower())


_NUMERIC = re.compile(rb"https?://(?:[^/?#@]*@)?[0-9a-fx.]+(?=[:/?#]|$)", re.I)  # a host written as a number
_ENCODED_WRAPPER = re.compile(rb"https?://urldefense\.", re.I)  # the URL inside is in an encoding of its own
_ABSOLUTE = re.compile(rb"[a-z]+:", re.I)


def stands_for(gap, sealed_url):
    """Whether these bytes can be the link that was sealed. Other vendors' wrappers make it longer, <base> and www. shorter,
    and a host can be written as one number."""
    if any(byte >= 0x80 for byte in gap) or sealed_url is None or _ENCODED_WRAPPER.match(gap):
        return True
    sealed = urllib.parse.unquote_to_bytes(sealed_url)
    ours = letters(sealed)
    for written in {gap.strip(), reading.unescape(gap.decode("ascii")).encode("utf-8", "replace").strip()}:
        theirs = letters(written)
        if ours in theirs or not _ABSOLUTE.match(written) and theirs and ours.endswith(theirs):
            return True
        if _NUMERIC.match(written) and letters(_NUMERIC.sub(b"", written)) == letters(_NUMERIC.sub(b"", sealed)):
            return True
    return False


def _put_around(after, before, a, b, link):
    """(a, b, gap follows) behind one link, for each way in which it may have been put there: in place, with quotes or
    brackets that it needed, or as a new element around the words."""
    for opened in (b"", b'"', b"<", b'<a href="'):
        part = after[a:link.start()]
        if not part.endswith(opened):
            continue
        same = part[:len(part) - len(opened)]
        if before[b:b + len(same)] != same:
            continue
        at, end = b + len(same), link.end()
        if opened == b'<a href="':
            close = after.find(b"</a>", end)
            words = after[end + 2:close]
            if after[end:end + 2] == b'">' and close >= 0 and before[at:at + len(words)] == words:
                yield close + 4, at + len(words), False
        elif opened == b"":
            yield end, at, True
        elif after[end:end + 1] == {b'"': b'"', b"<": b">"}[opened]:
            yield end + 1, at, True


def _ends_of_gap(before, start, following, sealed_url):
    """Where the original link that begins at `start` may have ended: in front of what follows."""
    if not following:
        ends = [len(before)]
    elif following[:1] in (b'"', b"'"):
        ends = [before.find(following[:1], start)]
    else:
        end = _END_OF_WORD.search(before, start)
        word = end.start() if end else len(before)
        ends = range(start + 1, min(word, start + MAX_LINK) + 1)
    found = 0
    for end in ends:
        if end > start and before.startswith(following, end) and stands_for(before[start:end], sealed_url):
            yield end
            found += 1
        if found == MAX_READINGS:
            return


def only_links_differ(before, after, pattern):
    """Whether `before` is `after` with other text in place of its sealed links."""
    links = list(pattern.finditer(after))
    readings = {(0, 0)}  # how far `after` and `before` are understood
    for number, link in enumerate(links):
        # A stretch that follows the link for certain: up to where something may be put in front of the next one.
        limit = max(links[number + 1].start() - len(b'<a href="'), 0) if number + 1 < len(links) else len(after)
        onward = set()
        for a, b in readings:
            for next_a, at, gap in _put_around(after, before, a, b, link):
                if not gap:
                    onward.add((next_a, at))
                    continue
                following = after[next_a:max(min(next_a + 24, limit), next_a)]
                if not following and number + 1 < len(links):
                    following = after[next_a:next_a + 1]
                if number + 1 == len(links):
                    following = after[next_a:]
                for end in _ends_of_gap(before, at, following, link.group(1)):
                    onward.add((next_a, end))
        readings = set(sorted(onward)[:MAX_READINGS])
    return any(after[a:] == before[b:] for a, b in readings)


def comparable_text(part):
    """The decoded text of a part, in UTF-8 where its charset is not one that keeps ASCII; calendars unfolded."""
    raw = reading.payload(part)
    name = reading.charset(part)
    if name.startswith(("utf-16", "utf-32", "utf-7", "iso2022", "hz")):
        raw = reading.text_of(part).encode("utf-8", "replace")
    if part.get_content_type() in ("text/calendar", "application/ics"):
        raw = re.sub(rb"\r?\n[ \t]", b"", raw)
    # Base64 in front of a mailing list's footer needs padding, and may get a line end for it.
    return raw.rstrip(b"\r\n") if str(part.get("Content-Transfer-Encoding", "")).lower() == "base64" else raw


def _fields(entity, is_top, recoded):
    for name, value in entity.raw_items():
        lower = name.lower()
        if not (is_top and lower.startswith(OWN_FIELD)) and not (recoded and lower in RECODED):
            yield lower, str(value)


def difference(raw_before, raw_after, pattern):
    """What changed that should not have, in words; None where nothing did."""
    before, after = reading.walk(reading.parse(raw_before)), reading.walk(reading.parse(raw_after))
    if len(before) != len(after):
        return f"{len(before)} entities became {len(after)}"
    for number, ((a, parent), (b, _)) in enumerate(zip(before, after)):
        what = f"entity {number} ({a.get_content_type()})"
        recoded = a.get("Content-Transfer-Encoding") != b.get("Content-Transfer-Encoding")
        if list(_fields(a, parent is None, recoded)) != list(_fields(b, parent is None, recoded)):
            return f"{what}: its header changes"
        if (a.preamble, a.epilogue) != (b.preamble, b.epilogue):
            return f"{what}: the text around its parts changes"
        if a.is_multipart() or a.get_payload() == b.get_payload():
            continue
        if not reading.is_flowed(a) and not only_links_differ(comparable_text(a), comparable_text(b), pattern):
            return f"{what}: bytes outside links change"
    return None
