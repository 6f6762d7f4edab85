"""Pages that try to reach what is behind the scanner: loopback, private networks, metadata services, by every means a page has.
The canary (control port, /canary) counts what arrives on this machine; nothing ever should."""
import json
from urllib.parse import quote

from ..description import redirect
from .honest import page

# Spellings of places that are none of the public's; {p} is the canary's port.
INWARD = (
    "http://127.0.0.1:{p}/", "http://localhost:{p}/", "http://LOCALHOST.:{p}/", "http://127.1:{p}/", "http://127.0.1:{p}/", "http://0:{p}/", "http://0.0.0.0:{p}/", "http://2130706433:{p}/", "http://0x7f000001:{p}/",
    "http://0x7f.1:{p}/", "http://0177.0.0.1:{p}/", "http://0177.0.0.01:{p}/", "http://127.0.0.1.:{p}/", "http://127.127.127.127:{p}/", "http://%31%32%37.0.0.1:{p}/", "http://①②⑦.⓪.⓪.①:{p}/", "http://127。0。0。1:{p}/",
    "http://[::1]:{p}/", "http://[0:0:0:0:0:0:0:1]:{p}/", "http://[::]:{p}/", "http://[::ffff:127.0.0.1]:{p}/", "http://[::ffff:7f00:1]:{p}/", "http://[::127.0.0.1]:{p}/", "http://[64:ff9b::7f00:1]:{p}/",
    "http://[64:ff9b::127.0.0.1]:{p}/", "http://[2002:7f00:1::]:{p}/", "http://[2001:0:7f00:1::]:{p}/", "http://[fe80::1]:{p}/", "http://[fc00::1]:{p}/", "http://[fd00:ec2::254]/", "http://[ff02::1]:{p}/",
    "http://10.0.0.1/", "http://10.255.255.254:8080/", "http://172.16.0.1/", "http://172.31.255.254/", "http://192.168.0.1/", "http://192.168.1.1/admin", "http://3232235777/", "http://100.64.0.1/", "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/v2/credentials", "http://0xa9fea9fe/", "http://2852039166/", "http://[::ffff:169.254.169.254]/", "http://metadata.google.internal/computeMetadata/v1/", "http://100.100.100.200/latest/meta-data/", "http://192.0.0.192/",
    "http://192.0.2.1/", "http://198.18.0.1/", "http://198.51.100.1/", "http://203.0.113.1/", "http://224.0.0.1/", "http://240.0.0.1/", "http://255.255.255.255/", "http://router.local/", "http://printer.lan/", "http://wiki.corp/", "http://intranet/",
    "http://app.localhost:{p}/", "http://a@127.0.0.1:{p}/", "http://example.com@127.0.0.1:{p}/", "https://127.0.0.1:{p}/", "ftp://127.0.0.1:{p}/", "gopher://127.0.0.1:{p}/_x", "file:///etc/passwd", "dict://127.0.0.1:{p}/x",
    "view-source:http://127.0.0.1:{p}/", "chrome://version/", "about:blank", "javascript:document.body.textContent='inward'", "data:text/html,<h1>inward</h1>", "blob:http://127.0.0.1:{p}/x",
)
WAYS = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Weather station</title>
<link rel="dns-prefetch" href="//127.0.0.1:%(p)d"><link rel="preconnect" href="http://127.0.0.1:%(p)d"><link rel="prefetch" href="http://127.0.0.1:%(p)d/prefetch"><link rel="preload" as="image" href="http://127.0.0.1:%(p)d/preload">
<link rel="stylesheet" href="http://127.0.0.1:%(p)d/style.css"><link rel="icon" href="http://127.0.0.1:%(p)d/icon.png"><link rel="manifest" href="http://127.0.0.1:%(p)d/manifest.json"><link rel="modulepreload" href="http://127.0.0.1:%(p)d/m.js">
<script type="speculationrules">{"prerender":[{"source":"list","urls":["http://127.0.0.1:%(p)d/prerender"]}]}</script>
<style>@import url(http://127.0.0.1:%(p)d/import.css);@font-face{font-family:x;src:url(http://127.0.0.1:%(p)d/font.woff)}body{background:url(http://127.0.0.1:%(p)d/background.png);font-family:x}</style></head>
<body><h1>Weather station</h1><p>Wind from the west, 4 m/s.</p>
<img src="http://127.0.0.1:%(p)d/img" alt=""><picture><source srcset="http://127.0.0.1:%(p)d/srcset"><img alt=""></picture><iframe src="http://127.0.0.1:%(p)d/iframe"></iframe><object data="http://127.0.0.1:%(p)d/object"></object><embed src="http://127.0.0.1:%(p)d/embed">
<video src="http://127.0.0.1:%(p)d/video" poster="http://127.0.0.1:%(p)d/poster"></video><audio src="http://127.0.0.1:%(p)d/audio" autoplay></audio><a id="ping" href="#" ping="http://127.0.0.1:%(p)d/ping">.</a>
<svg><image href="http://127.0.0.1:%(p)d/svg"/><use href="http://127.0.0.1:%(p)d/use.svg#a"/></svg><script src="http://127.0.0.1:%(p)d/script.js"></script>
<form id="f" target="t" method="post" action="http://127.0.0.1:%(p)d/form"></form><iframe name="t"></iframe>
<script>
var all=%(all)s,p=%(p)d,quiet=function(f){try{var r=f();r&&r.catch&&r.catch(function(){})}catch(e){}};
all.forEach(function(u){
  quiet(function(){return fetch(u,{mode:'no-cors'})});quiet(function(){return fetch(u,{method:'POST',mode:'no-cors',keepalive:true,body:'x'})});quiet(function(){navigator.sendBeacon(u,'x')});
  quiet(function(){new Image().src=u});quiet(function(){var x=new XMLHttpRequest();x.open('GET',u);x.send()});
  quiet(function(){new WebSocket(u.replace(/^http/,'ws'))});quiet(function(){new EventSource(u)});
  quiet(function(){var f=document.createElement('iframe');f.src=u;f.hidden=true;document.body.appendChild(f)});
  quiet(function(){if(window.WebTransport)new WebTransport(u.replace(/^http:/,'https:'))});
});
quiet(function(){document.getElementById('ping').click();document.getElementById('f').submit()});
quiet(function(){window.open('http://127.0.0.1:'+p+'/window')});
quiet(function(){new Worker(URL.createObjectURL(new Blob(["fetch('http://127.0.0.1:"+p+"/worker',{mode:'no-cors'}).catch(function(){});try{importScripts('http://127.0.0.1:"+p+"/import.js')}catch(e){}"])))});
quiet(function(){navigator.serviceWorker&&navigator.serviceWorker.register('/inward-worker.js').catch(function(){})});
['stun:127.0.0.1:'+p,'stun:[::1]:'+p,'turn:127.0.0.1:'+p+'?transport=udp','turn:127.0.0.1:'+p+'?transport=tcp','turns:127.0.0.1:'+p].forEach(function(u){quiet(function(){
  var c=new RTCPeerConnection({iceServers:[{urls:u,username:'u',credential:'c'}]});c.createDataChannel('d');c.createOffer().then(function(o){return c.setLocalDescription(o)})})});
</script></body></html>"""


def build(world):
    def port():
        return world.canary["tcp"]

    world.site("inward-page", "inward", "https://garden-weather-station.net/", "A page that tries every means of a page on every spelling of places that are not public.", "suspicious", accept=("unknown", "clean"), browser=True,
               evidence=("page.inward",), shows="Weather station")
    world.at("garden-weather-station.net/", lambda visit: WAYS % {"p": port(), "all": json.dumps([u.format(p=port()) for u in INWARD])})
    world.at("garden-weather-station.net/inward-worker.js", lambda visit: page("x", ""))
    # One link for each spelling, redirected there.
    refused = {"accept": ("unknown", "clean"), "evidence": ("redirect.inward",), "trouble": "connection"}
    kinds = {"301": ("by status", lambda to: redirect(to, 301), 301, False), "meta": ("by meta refresh", lambda to: f'<!doctype html><title>.</title><meta http-equiv="refresh" content="0;url={to}">', 200, False),
             "script": ("by script", lambda to: f"<!doctype html><title>.</title><script>location.href={json.dumps(to)}</script>", 200, True)}
    for kind, (words, make, status, browser) in kinds.items():
        for number, place in enumerate(INWARD):
            if kind != "301" and number % 7 != 3:
                continue
            shown = place.replace("{p}", "PORT")
            world.site(f"inward-{kind}-{number:02}", "inward", f"https://garden-weather-station.net/{kind}/{number}",
                       f"A redirect {words} to {shown}.", "suspicious", status=status, browser=browser, **refused)
            world.at(f"garden-weather-station.net/{kind}/{number}", lambda visit, make=make,
                     place=place: make(quote(place.format(p=port()), safe=":/?#[]@!$&'()*+,;=%")))
