"""Reading delivered messages the way a mail client would: what links does it show?"""
import email
import email.policy
import html.parser
import re


class HtmlLinks(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if value and ((tag in ("a", "area") and name == "href") or (tag == "form" and name == "action")):
                # As a browser's URL parser begins: blanks around go, line ends and tabs inside go.
                self.found.append(re.sub(r"[\t\r\n]", "", value.strip(" \t\r\n\f")))


def links(raw):
    """All absolute http(s) links of a message's HTML, text and calendar parts, in order."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    found = []
    for part in message.walk():
        if part.get_content_maintype() != "text" or part.get_filename():
            continue
        text = part.get_content()
        if part.get_content_subtype() == "html":
            reader = HtmlLinks()
            reader.feed(text)
            found += reader.found
        else:
            text = text.replace("\r\n ", "").replace("\n ", "") if part.get_content_subtype() == "calendar" else text
            found += [link.rstrip(".,;:!?'") for link in re.findall(r"https?://[^\s<>\"]+", text)]
    return [link for link in found if link.startswith(("http://", "https://"))]


def header(raw, name):
    return email.message_from_bytes(raw, policy=email.policy.compat32).get(name)
