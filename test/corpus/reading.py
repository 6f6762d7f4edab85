"""Messages as Python's own email package reads them: an opinion that shares no code with Linkgate."""
import codecs
import email
import email.policy
import html
import html.parser
import re

from harness.messages import HtmlLinks

# What ends a URL in text for any reader, and what is not of it at its end.
_TEXT_URL = re.compile(r"(https?://[^\s<>\"\[\]\u00a0\u2000-\u200b\u3000\u3001\u3002\uff08-\uff1f]+)", re.I)
_TRAILING = ".,;:!?'*)]}|`~"
SHOWN_HTML = {"text/html", "application/xhtml+xml", "text/x-amp-html", "text/watch-html"}
# Sent as text, but a patch might break the format: docs/rewriting.md, OtherFormat.
OTHER_FORMATS = {"text/rtf", "text/richtext-ms", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/javascript",
                 "text/xml", "text/csv", "text/rfc822-headers"}


class Unreadable(Exception):
    """Python gives up on this message, which says nothing about Linkgate."""


def parse(raw):
    try:
        return email.message_from_bytes(raw, policy=email.policy.compat32)
    except Exception as error:  # noqa: BLE001: its own bugs are of many kinds
        raise Unreadable(repr(error)) from error


def walk(message):
    """Entities in order of the bytes with their parents; message.walk() recurses, and hostile mail is deep."""
    found, stack = [], [(message, None)]
    while stack:
        part, parent = stack.pop()
        found.append((part, parent))
        if part.is_multipart():
            stack += [(child, part) for child in reversed(part.get_payload())]
    return found


def payload(part):
    """The decoded bytes of a leaf."""
    encoding = str(part.get("Content-Transfer-Encoding", ""))
    name = re.split(r"[\s;(]", encoding.strip())[0]
    if name and name != encoding:  # "quoted-printable;" is understood by most readers, not by this one
        part.replace_header("Content-Transfer-Encoding", name)
    try:
        return part.get_payload(decode=True) or b""
    except Exception as error:  # noqa: BLE001
        raise Unreadable(repr(error)) from error


def charset(part):
    try:
        return codecs.lookup(part.get_content_charset() or "utf-8").name
    except (LookupError, ValueError, TypeError, AttributeError, UnicodeError):
        return "utf-8"


def text_of(part):
    raw = payload(part)
    try:
        return raw.decode(charset(part), "replace")
    except (ValueError, LookupError):
        return raw.decode("latin-1")


def unescape(value):
    """Character references of attributes as browsers take them: html.unescape() reads "&sectionid=1" as a section sign,
    and drops references to control characters."""
    value = re.sub(r"&#0*([1-8]|1[1-9]|2[0-9]|3[01]);", lambda m: chr(int(m.group(1))), value)
    return re.sub(r"&#?\w+;", lambda m: html.unescape(m.group(0)), value)


html.parser.unescape = unescape  # what HTMLParser calls


def links_in_html(text):
    reader = HtmlLinks()
    try:
        reader.feed(text)
        reader.close()
    except Exception as error:  # noqa: BLE001
        raise Unreadable(repr(error)) from error
    return reader.found


def _until_unbalanced(url):
    """Up to a closing bracket that nothing in the URL opened: "(see http://a.example/x)"."""
    depth = 0
    for at, letter in enumerate(url):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            return url[:at]
    return url


def links_in_text(text):
    found = []
    for match in _TEXT_URL.finditer(text):
        url = _until_unbalanced(match.group(1))
        while url and url[-1] in _TRAILING and not (url[-1] == ")" and url.count("(") >= url.count(")")):
            url = url[:-1]
        found.append(url)
    return found


def is_shown(part, parent):
    """Attachments stay as they are, unless they are all of the message or a form of its text."""
    if str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment"):
        return parent is None or parent.get_content_type() == "multipart/alternative"
    return True


def is_flowed(part):
    """Lines that are joined without a space between them (RFC 3676, DelSp), which this reader does not know."""
    return str(part.get_param("delsp", "")).lower() == "yes"


def links(raw):
    """The absolute http(s) links that a reader of this message could open, in order."""
    found = []
    for part, parent in walk(parse(raw)):
        kind = part.get_content_type()
        if part.is_multipart() or not is_shown(part, parent) or kind in OTHER_FORMATS:
            continue
        if kind in SHOWN_HTML:
            found += links_in_html(text_of(part))
        elif kind == "text/calendar":
            found += links_in_text(re.sub(r"\r?\n[ \t]", "", text_of(part)).replace("\\,", ",").replace("\\;", ";").replace("\\n", "\n"))
        elif part.get_content_maintype() == "text" and not is_flowed(part):
            found += links_in_text(text_of(part))
    return [url for url in found if re.match(r"https?://[^/?#\s]", url, re.I)]
