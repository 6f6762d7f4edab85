"""Mails about which Python's reading and Linkgate's differ, looked at one by one: each with what is the case. The laws that
need no reader (no crash, no report, twice is once) hold for them like for all others."""
import re

_NOT_IN_A_URL = "letters that a URL's host cannot have: no client opens it"
_DECLARED_OTHERWISE = "no mail: Python shows as text what stands before and between the fields"

KNOWN = [(re.compile(pattern), reason) for pattern, reason in [
    (r"spam-2/00(384|599)\.", "a comment that nothing closes: browsers show nothing of what follows"),
    (r"spam-1/00313\.", "base64 without padding and a footer behind it: Python shows it undecoded"),
    (r"hard-ham-1/00190\.|spam-2/00102\.", _NOT_IN_A_URL),
    (r"hard-ham-1/00229\.", "brackets and a comma in host names: readers end the URL at different places"),
    (r"spam-1/00481\.", "text in GB 2312 that says it is US-ASCII runs on from the host"),
    (r"spam-2/00028\.|spam-2/0109[45]\.|spam-2/000(51|77)\.", "an underline, a quote or a reference at the end of a host"),
    (r"spam-2/00884\.", "quoted-printable that nobody encoded: =dc is a byte of no UTF-8"),
    (r"easy-ham-1/00842\.|easy-ham-2/00664\.", "http://http://: the host is http"),
    (r"mbox/output/(jwz|substring)\.mbox|unmunged\.mbox|feedback-report\.txt", _DECLARED_OTHERWISE),
    (r"TestData/(encoders/photo|html/|text/)", "no mail: pictures, HTML and text that are read as one"),
    (r"functional/messages/redir\w*\.eml", "a port that is a placeholder: http://127.0.0.1:${PORT}"),
]]


def reason_for(name):
    return next((reason for pattern, reason in KNOWN if pattern.search(name)), None)
