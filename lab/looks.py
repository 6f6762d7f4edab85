"""Drawings: marks and logos that look like those of well-known brands (drawn here, of circles and letters), texts as
pictures, QR codes. SVG, or PNG by rsvg-convert."""
import base64
import functools
import html
import subprocess

from .qr import qr_matrix

SANS = "font-family='DejaVu Sans' font-weight='bold'"


def _word(text, colour, size=30, x=0, style=""):
    return f"<text x='{x}' y='{size}' font-size='{size}' fill='{colour}' {SANS} {style}>{html.escape(text)}</text>"


def _squares(*colours, side=10, gap=1):
    step = side + gap
    return "".join(f"<rect x='{step * (i % 2)}' y='{step * (i // 2)}' width='{side}' height='{side}' fill='{c}'/>" for i, c in enumerate(colours))


def _tile(colour, letter, ink="#fff", radius=4, extra=""):
    return f"<rect width='32' height='32' rx='{radius}' fill='{colour}'/><text x='16' y='24' font-size='22' text-anchor='middle' fill='{ink}' {SANS} {extra}>{letter}</text>"


_RING = "<g fill='none' stroke-width='6'><path d='M26 10A12 12 0 0 0 6 10' stroke='#ea4335'/><path d='M6 10A12 12 0 0 0 6 22' stroke='#fbbc05'/>" \
    "<path d='M6 22A12 12 0 0 0 24 25' stroke='#34a853'/><path d='M16 16H29A12 12 0 0 1 24 25' stroke='#4285f4'/></g>"
_APPLE = "<path d='M16 9c-3-3-11-2-11 7 0 7 5 13 8 13 2 0 2-1 4-1s2 1 4 1c2 0 5-4 6-8-5-2-5-8-1-10-2-4-7-4-10-2z' fill='{0}'/><path d='M16 7c0-4 3-6 6-6 0 3-2 6-6 6z' fill='{0}'/>"
_CLOUD = "<path d='M9 25a7 7 0 0 1-1-14 9 9 0 0 1 17 2 6 6 0 0 1 0 12z' fill='#0364b8'/><path d='M13 25a6 6 0 0 1 3-11 7 7 0 0 1 13 4 4 4 0 0 1-1 7z' fill='#28a8ea'/>"
_BOXES = "".join(f"<path d='M{x} {y}l6-4 6 4-6 4z' fill='#0061ff'/>" for x, y in ((3, 8), (16, 8), (3, 16), (16, 16), (9.5, 24)))
_OCTAGON = "<path d='M10 1h12l4 5H10zM31 10v12l-5 4V10zM22 31H10l-4-5h16zM1 22V10l5-4v16z' fill='#117aca'/>"
_LENS = "<rect x='2' y='2' width='28' height='28' rx='8' fill='#d6249f'/><rect x='7' y='7' width='18' height='18' rx='5' fill='none' stroke='#fff' stroke-width='2.5'/><circle cx='16' cy='16' r='4.5' fill='none' stroke='#fff' stroke-width='2.5'/>"
_PHONE = "<circle cx='16' cy='16' r='15' fill='#25d366'/><path d='M10 8c-3 3 5 15 13 15 2-1 2-3 2-4l-4-2-2 2c-3-1-5-4-6-6l2-2-2-4z' fill='#fff'/>"

# name: (mark of 32 by 32, width of the logo, logo of height 40, colour)
BRANDS = {
    "microsoft": ("<g transform='translate(1 1) scale(1.42)'>" + _squares("#f25022", "#7fba00", "#00a4ef", "#ffb900") + "</g>", 206,
                  "<g transform='translate(0 8)'>" + _squares("#f25022", "#7fba00", "#00a4ef", "#ffb900") + "</g>" + _word("Microsoft", "#737373", 27, 32), "#0067b8"),
    "outlook": (_tile("#0078d4", "O"), 172, "<g transform='scale(1.1)'>" + _tile("#0078d4", "O") + "</g>" + _word("Outlook", "#0078d4", 25, 42), "#0078d4"),
    "onedrive": (_CLOUD, 198, _CLOUD + _word("OneDrive", "#0364b8", 27, 38), "#0364b8"),
    "google": (_RING, 130, "".join(f"<text x='{x}' y='31' font-size='34' fill='{c}' font-family='DejaVu Sans'>{t}</text>" for x, t, c in
               ((0, "G", "#4285f4"), (27, "o", "#ea4335"), (48, "o", "#fbbc05"), (69, "g", "#4285f4"), (90, "l", "#34a853"), (99, "e", "#ea4335"))), "#1a73e8"),
    "apple": (_APPLE.format("#333"), 40, _APPLE.format("#111"), "#0071e3"),
    "amazon": (_tile("#fff", "a", "#111") + "<path d='M6 25q10 7 20 0' stroke='#ff9900' stroke-width='3' fill='none'/>", 140,
               _word("amazon", "#111", 30) + "<path d='M12 33q46 12 80 0' stroke='#ff9900' stroke-width='4' fill='none'/>", "#ff9900"),
    "paypal": (_tile("#fff", "P", "#003087", 4, "font-style='italic'") + "<text x='20' y='27' font-size='20' text-anchor='middle' fill='#009cde' opacity='.7' font-style='italic' " + SANS + ">P</text>", 130,
               _word("Pay", "#003087", 30, 0, "font-style='italic'") + _word("Pal", "#009cde", 30, 62, "font-style='italic'"), "#0070ba"),
    "dhl": ("<rect width='32' height='32' fill='#ffcc00'/><text x='16' y='21' font-size='12' text-anchor='middle' fill='#d40511' font-style='italic' " + SANS + ">DHL</text>", 130,
            "<rect width='130' height='40' fill='#ffcc00'/><text x='65' y='30' font-size='28' text-anchor='middle' fill='#d40511' font-style='italic' " + SANS + ">DHL</text>", "#d40511"),
    "ups": ("<path d='M4 3h24v16q0 9-12 12Q4 28 4 19z' fill='#351c15'/><text x='16' y='20' font-size='11' text-anchor='middle' fill='#ffb500' " + SANS + ">ups</text>", 40,
            "<path d='M4 1h32v22q0 12-16 16Q4 35 4 23z' fill='#351c15'/><text x='20' y='25' font-size='15' text-anchor='middle' fill='#ffb500' " + SANS + ">ups</text>", "#351c15"),
    "fedex": (_tile("#4d148c", "F") + "<rect x='22' y='8' width='6' height='16' fill='#ff6200'/>", 116,
              _word("Fed", "#4d148c", 32) + _word("Ex", "#ff6200", 32, 66), "#4d148c"),
    "netflix": (_tile("#000", "N", "#e50914", 0), 158, _word("NETFLIX", "#e50914", 30), "#e50914"),
    "facebook": (_tile("#1877f2", "f", "#fff", 16), 182, _word("facebook", "#1877f2", 32), "#1877f2"),
    "instagram": (_LENS, 158, "<text x='0' y='31' font-size='29' font-style='italic' fill='#262626' font-family='DejaVu Serif'>Instagram</text>", "#0095f6"),
    "linkedin": (_tile("#0a66c2", "in", "#fff", 3), 150,
                 _word("Linked", "#0a66c2", 28) + "<g transform='translate(114 3)'>" + _tile("#0a66c2", "in", "#fff", 3) + "</g>", "#0a66c2"),
    "whatsapp": (_PHONE, 200, _PHONE + _word("WhatsApp", "#075e54", 26, 38), "#25d366"),
    "docusign": (_tile("#4c00ff", "D", "#fff", 2), 164, _word("Docu", "#191823", 28) + _word("Sign", "#4c00ff", 28, 84), "#4c00ff"),
    "adobe": (_tile("#eb1000", "A", "#fff", 2), 142,
              "<g transform='translate(0 4)'>" + _tile("#eb1000", "A", "#fff", 0) + "</g>" + _word("Adobe", "#eb1000", 26, 38), "#eb1000"),
    "dropbox": (_BOXES, 172, "<g transform='translate(0 3)'>" + _BOXES + "</g>" + _word("Dropbox", "#1e1919", 26, 36), "#0061ff"),
    "chase": (_OCTAGON, 158, _word("CHASE", "#111", 30) + "<g transform='translate(122 3)'>" + _OCTAGON + "</g>", "#117aca"),
    "sparkasse": (_tile("#e00", "S", "#fff", 0) + "<circle cx='16' cy='4' r='3' fill='#fff'/>", 196,
                  "<g transform='translate(0 4)'>" + _tile("#e00", "S", "#fff", 0) + "</g>" + _word("Sparkasse", "#e00", 24, 38), "#e00"),
    "ing": (_tile("#ff6200", "l", "#fff", 6), 110, _word("ING", "#000066", 34) + "<circle cx='90' cy='20' r='15' fill='#ff6200'/>", "#ff6200"),
    "steam": ("<circle cx='16' cy='16' r='15' fill='#171a21'/><circle cx='20' cy='12' r='5' fill='none' stroke='#fff' stroke-width='2.5'/><circle cx='10' cy='21' r='3.5' fill='#fff'/><path d='M10 21l9-8' stroke='#fff' stroke-width='2'/>", 150,
              "<circle cx='18' cy='20' r='16' fill='#171a21'/><circle cx='22' cy='16' r='5' fill='none' stroke='#fff' stroke-width='3'/>" + _word("STEAM", "#171a21", 25, 42), "#1b2838"),
}


def colour(brand):
    return BRANDS[brand][3]


def mark(brand):
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='32' height='32' viewBox='0 0 32 32'>{BRANDS[brand][0]}</svg>"


def logo(brand):
    width = BRANDS[brand][1]
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='40' viewBox='0 0 {width} 40'>{BRANDS[brand][2]}</svg>"


def letter(text, ink="#ffffff", ground="#44617b"):
    """The mark of a firm that nobody knows."""
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='32' height='32'>{_tile(ground, html.escape(text[:2]), ink, 6)}</svg>"


def text(words, size=24, ink="#222222", ground="none"):
    """A line of text as a picture."""
    width = int(len(words) * size * 0.68) + 12
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{int(size * 1.5)}'><rect width='100%' height='100%' fill='{ground}'/>" \
        f"<text x='6' y='{int(size * 1.1)}' font-size='{size}' fill='{ink}' font-family='DejaVu Sans'>{html.escape(words)}</text></svg>"


def qr(words, module=6):
    matrix = qr_matrix(words.encode())
    side = len(matrix) + 8
    dark = "".join(f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(matrix) for x, bit in enumerate(row) if bit)
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='{side * module}' height='{side * module}' viewBox='0 0 {side} {side}' shape-rendering='crispEdges'>" \
        f"<rect width='{side}' height='{side}' fill='#fff'/><path d='{dark}' fill='#000'/></svg>"


@functools.lru_cache(maxsize=None)
def png(svg, scale=1.0):
    return subprocess.run(["rsvg-convert", "-z", str(scale), "-f", "png"], input=svg.encode(), capture_output=True, check=True, timeout=30).stdout


def data_uri(svg):
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
