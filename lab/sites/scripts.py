"""Pages whose scripts hang, flood or pester the browser. Behind some is a phishing page, others are only a nuisance."""
from . import phish
from .honest import page

HOST = "carousel-of-lamps.com"
PLAIN = "<h1>Lamps</h1><p>Brass, glass and paper, from workshops we know.</p>"
UNSEEN = {"accept": ("suspicious", "unknown"), "trouble": "time"}
# name: (what it does, script, what else)
NUISANCES = {
    "spin": ("Spins the processor for ever.", "for(;;);", UNSEEN),
    "spin-later": ("Is done, and then spins for ever.", "setTimeout(function(){for(;;);},50)", UNSEEN),
    "worker-spin": ("Eight workers that spin for ever.", "for(var i=0;i<8;i++)new Worker(URL.createObjectURL(new Blob(['for(;;);'])))",
                    {"accept": ("suspicious", "unknown")}),
    "memory": ("Eats memory without end.",
               "var a=[];(function f(){for(var i=0;i<20;i++)a.push(new Uint8Array(1<<22).fill(i+a.length));setTimeout(f,0)})()", UNSEEN),
    "dom-flood": ("Adds elements without end.",
                  "(function f(){var d=document.createDocumentFragment();for(var i=0;i<20000;i++)d.appendChild(document.createElement('p')).textContent='lamp '+i;document.body.appendChild(d);setTimeout(f,0)})()",
                  UNSEEN),
    "alerts": ("One alert after another.", "for(;;)alert('Your computer is waiting')", UNSEEN),
    "confirms": ("Asks until the answer is yes.", "while(!confirm('Stay on this page?'));", UNSEEN),
    "prompts": ("Prompts without end.", "setInterval(function(){prompt('Your name?')},10)", UNSEEN),
    "beforeunload": ("Does not let go.",
                     "onbeforeunload=function(e){e.preventDefault();return e.returnValue='Really?'};setInterval(function(){history.pushState(0,'','?'+Math.random())},20)",
                     {"accept": ("suspicious", "unknown")}),
    "print": ("Opens the print dialog again and again.", "setInterval(print,50)", {"accept": ("suspicious", "unknown")}),
    "popups": ("Opens windows without end.",
               "setInterval(function(){window.open('/','_blank','width=100,height=100')},5);for(var i=0;i<200;i++)window.open('/?'+i)",
               {"accept": ("suspicious", "unknown")}),
    "permissions": ("Asks for everything: place, camera, notifications, clipboard, full screen.",
                    "navigator.geolocation.getCurrentPosition(Boolean);navigator.mediaDevices&&navigator.mediaDevices.getUserMedia({video:true,audio:true}).catch(Boolean);Notification.requestPermission();navigator.clipboard.readText().catch(Boolean);document.documentElement.requestFullscreen().catch(Boolean)",
                    {"accept": ("suspicious", "unknown")}),
    "requests": ("Asks its server for something a thousand times a second.",
                 "setInterval(function(){for(var i=0;i<50;i++)fetch('/beat?'+Math.random())},50)", {"accept": ("suspicious", "unknown")}),
    "frames": ("Frames itself, in two frames each.",
               "for(var i=0;i<2;i++){var f=document.createElement('iframe');f.src='?'+Math.random();document.body.appendChild(f)}",
               {"accept": ("suspicious", "unknown")}),
    "recursion": ("Recurses until the stack ends, again and again.", "setInterval(function(){(function f(){f()})()},1)", {"accept": ("suspicious", "unknown")}),
    "history": ("Fills the history.", "for(var i=0;i<100000;i++)try{history.pushState(i,'','?'+i)}catch(e){}", {"accept": ("suspicious", "unknown")}),
    "crash-look": ("Huge canvases and a huge string.",
                   "var s='x';try{for(;;)s+=s}catch(e){}for(var i=0;i<50;i++){var c=document.createElement('canvas');c.width=c.height=16000;c.getContext('2d').fillRect(0,0,9,9);document.body.appendChild(c)}",
                   UNSEEN),
}


def build(world):
    for name, (does, code, more) in NUISANCES.items():
        world.site(f"script-{name}", "scripts", f"https://{HOST}/{name}", does, "clean", browser=True, shows="Lamps", **more)
        world.at(f"{HOST}/{name}", page("Lamps", PLAIN + f"<script>{code}</script>", "Carousel of Lamps", "#653"))
    world.at(f"{HOST}/", page("Lamps", PLAIN, "Carousel of Lamps", "#653"))
    world.at(f"{HOST}/beat", "ok")
    bad = {"browser": True, "brand": "Microsoft", "brand_in_text": True, "evidence": ("page.brand", "page.credentials")}
    world.site("script-alert-phish", "scripts", "https://lamp-alerts-desk.com/", "An alert stands before the sign-in page.", "phishing", shows="alert(", **bad)
    world.at("lamp-alerts-desk.com/", phish.microsoft().replace("<div", "<script>alert('Your session has ended. Sign in again.')</script><div", 1))
    world.site("script-spin-phish", "scripts", "https://lamp-spinner-desk.com/", "A sign-in page that spins the processor after it is shown.",
               "phishing", shows="Sign in", **bad)
    world.at("lamp-spinner-desk.com/", phish.microsoft() + "<script>setTimeout(function(){for(;;);},1500)</script>")
    world.site("script-popup-phish", "scripts", "https://lamp-viewer-desk.com/", "A button opens the sign-in page in a window of its own.",
               "phishing", accept=("suspicious",), shows="Open document", differs_by=("interaction",), **bad)
    world.at("lamp-viewer-desk.com/",
             page("Document", "<h1>Invoice 4471</h1><p>Your document is ready.</p><button onclick=\"window.open('/viewer','d','width=500,height=640')\">Open document</button>", "Document viewer", "#235"))
    world.at("lamp-viewer-desk.com/viewer", phish.microsoft())
    screen = """<!doctype html><title>Windows Security Alert</title><body style="background:#0050a0;color:#fff;font:18px 'Segoe UI'"><h1>Your computer has been blocked</h1><p>Error 0x80072ee7. Harmful files were found. Do not shut down.</p>
<p>Call Windows support: <b>+1 (555) 010-4477</b> (toll free)</p><script>document.onkeydown=document.oncontextmenu=function(){return false};try{document.documentElement.requestFullscreen()}catch(e){}onbeforeunload=function(){return 'x'};alert('Call +1 (555) 010-4477 now')</script>"""
    world.site("script-support-scam", "scripts", "https://pc-alert-0x80072.web-guard-care.com/en/?phone=5550104477",
               "A false alarm with a telephone number, that blocks keys.", "phishing", accept=("suspicious",), browser=True, brand="Microsoft",
               brand_in_text=False, shows="Do not shut down")
    world.at("pc-alert-0x80072.web-guard-care.com/en/", screen)
