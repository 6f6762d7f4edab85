"""The listeners of the lab: HTTP, HTTPS with a certificate for each name, broken TLS, the control port and the canary."""
import asyncio
import contextlib
import dataclasses
import email.utils
import gzip
import http
import json
import logging
import socket
import urllib.parse

from . import control
from .authority import Authority
from .description import Reply, Visit
from .http2 import Http2

MAX_HEAD = 256 * 1024       # a growing URL is part of what the lab does
MAX_BODY = 4 * 1024 * 1024
IDLE_SECONDS = 30
LOOPBACK = "127.0.0.1"


class BadRequest(Exception):
    pass


async def read_request(reader):
    """(method, target, headers, body), or None where the client has gone."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
    except (asyncio.IncompleteReadError, asyncio.TimeoutError, ConnectionError):
        return None
    except asyncio.LimitOverrunError as e:
        raise BadRequest("head too long") from e
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequest("no request line")
    headers = {}
    for line in filter(None, lines[1:]):
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequest("a header without a colon")
        headers[name.strip().lower()] = value.strip()
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY:
        raise BadRequest("a body of no good length")
    return parts[0], parts[1], headers, await reader.readexactly(int(length)) if int(length) else b""


def head_of(reply, length, keep):
    lines = [f"HTTP/1.1 {reply.status} {http.HTTPStatus(reply.status).phrase}", f"Date: {email.utils.formatdate(usegmt=True)}",
             "Server: nginx", f"Connection: {'keep-alive' if keep else 'close'}"]
    given = {name.lower() for name, _ in reply.headers}
    if reply.media_type and "content-type" not in given:
        lines.append(f"Content-Type: {reply.media_type}")
    if "cache-control" not in given:
        lines.append("Cache-Control: no-store")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    lines += [f"{name}: {value}" for name, value in reply.headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Server:
    def __init__(self, world, folder):
        self.world = world
        self.authority = Authority(folder)
        self.ports = {}
        self.canary_hits = {"tcp": 0, "udp": 0}
        self._servers = []

    # -- one connection

    async def converse(self, scheme, reader, writer):
        tls = writer.get_extra_info("ssl_object")
        if tls is not None and tls.selected_alpn_protocol() == "h2":
            await Http2(self.respond, reader, writer).run()
            return
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, TimeoutError, OSError):
            try:
                while await self.one_request(scheme, reader, writer):
                    pass
            except BadRequest as e:
                reply = Reply.of(str(e), status=400, media_type="text/plain")
                writer.write(head_of(reply, len(reply.body), False) + reply.body)
        with contextlib.suppress(Exception):
            writer.close()
            await writer.wait_closed()

    async def one_request(self, scheme, reader, writer):
        request = await read_request(reader)
        if request is None:
            return False
        method, target, headers, body = request
        reply = self.respond(scheme, method, target, headers, body)
        await asyncio.sleep(reply.delay)
        keep = reply.pieces is None and headers.get("connection", "").lower() != "close"
        if reply.pieces is None:
            length = reply.length if reply.length is not None else len(reply.body)
            writer.write(head_of(reply, length, keep) + (b"" if method == "HEAD" else reply.body))
            await writer.drain()
            return keep
        if not reply.is_raw:
            writer.write(head_of(reply, reply.length, False))
            await writer.drain()
        if method != "HEAD" or reply.is_raw:
            async for piece in reply.pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)  # draining alone would let nobody else in while the client keeps up
        return False

    def respond(self, scheme, method, target, headers, body):
        """The reply to a request, its body encoded."""
        if target.startswith(("http://", "https://")):
            parts = urllib.parse.urlsplit(target)
            headers["host"], target = parts.netloc, urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        host = headers.get("host", "").rsplit(":", 1)[0].lower().rstrip(".")
        visit = Visit(self.world, scheme, host, method, target, headers, body)
        if scheme == "control":
            reply = control.answer(self, visit)
        else:
            reply = self.world.answer(visit)
        return self.encoded(reply, headers) if reply.pieces is None else reply

    @staticmethod
    def encoded(reply, headers):
        """Bigger texts compressed, as servers do. A reply may be shared between requests: it is left as it is."""
        names = {name.lower() for name, _ in reply.headers}
        if len(reply.body) < 1500 or not reply.media_type.startswith("text/") or "content-encoding" in names \
                or "gzip" not in headers.get("accept-encoding", ""):
            return reply
        return dataclasses.replace(reply, body=gzip.compress(reply.body, 1, mtime=0),
                                   headers=(*reply.headers, ("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")))

    # -- listeners

    def _choose(self, tls, name, _context):
        kind = self.world.certificates.get(name or "", "good")
        protocols = ("http/1.1",) if name in self.world.http1_only else ("h2", "http/1.1")
        tls.context = self.authority.context(name or "unnamed.example", kind, protocols)

    async def _listen(self, name, handle, **options):
        server = await asyncio.start_server(handle, LOOPBACK, 0, limit=MAX_HEAD, backlog=512, **options)
        self.ports[name] = server.sockets[0].getsockname()[1]
        self._servers.append(server)

    async def start(self):
        first = self.authority.context("unnamed.example")
        first.sni_callback = self._choose
        await self._listen("http", lambda r, w: self.converse("http", r, w))
        await self._listen("https", lambda r, w: self.converse("https", r, w), ssl=first, ssl_handshake_timeout=IDLE_SECONDS)
        await self._listen("control", lambda r, w: self.converse("control", r, w))
        await self._listen("garbage", self._garbage)
        await self._listen("mute", self._mute)
        await self._listen("closing", self._closing)
        await self._listen("canary", self._canary_tcp)
        with contextlib.closing(socket.socket()) as nobody:  # a port that was free a moment ago
            nobody.bind((LOOPBACK, 0))
            self.ports["nobody"] = nobody.getsockname()[1]
        await self._start_canary_udp()
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # broken handshakes are what the lab is for

    async def _start_canary_udp(self):
        hits = self.canary_hits

        class Datagrams(asyncio.DatagramProtocol):
            def datagram_received(self, data, address):
                hits["udp"] += 1

        with contextlib.suppress(OSError):  # the same number as over TCP, where it is free
            await asyncio.get_running_loop().create_datagram_endpoint(Datagrams, local_addr=(LOOPBACK, self.ports["canary"]))
        with contextlib.suppress(OSError):
            six = await asyncio.start_server(self._canary_tcp, "::1", self.ports["canary"])
            self._servers.append(six)
        self.world.canary = {"tcp": self.ports["canary"], "udp": self.ports["canary"]}

    async def _canary_tcp(self, reader, writer):
        self.canary_hits["tcp"] += 1
        with contextlib.suppress(Exception):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\nsecret")
            await writer.drain()
            writer.close()

    async def _garbage(self, reader, writer):
        """Answers a ClientHello with what is no TLS."""
        with contextlib.suppress(Exception):
            await asyncio.wait_for(reader.read(64), 5)
            writer.write(b"\x16\x03\x03\xff\xff" + bytes(range(256)) * 8)
            await writer.drain()
            writer.close()

    async def _mute(self, reader, writer):
        """Takes a ClientHello and never says a word."""
        with contextlib.suppress(Exception):
            await asyncio.wait_for(reader.read(1 << 20), 300)
            await asyncio.sleep(300)

    async def _closing(self, reader, writer):
        """Takes a ClientHello and closes."""
        with contextlib.suppress(Exception):
            await asyncio.wait_for(reader.read(64), 5)
            writer.close()

    # -- what others need to know

    def routes(self):
        """Lines for `routes` under [egress]: every name of the lab to its port."""
        lines = []
        for host in self.world.hosts():
            tls = self.ports[self.world.ports.get(host, "https")]
            lines += [f"{host}:443={LOOPBACK}:{tls}", f"{host}:80={LOOPBACK}:{self.ports['http']}"]
        for site in self.world.sites.values():
            parts = urllib.parse.urlsplit(site.url)
            if parts.port not in (None, 80, 443):
                lines.append(f"{parts.hostname}:{parts.port}={LOOPBACK}:{self.ports[parts.scheme]}")
        return lines

    def state(self):
        return {"http": self.ports["http"], "https": self.ports["https"], "control": self.ports["control"], "ca": str(self.authority.file),
                "canary": self.world.canary["tcp"], "ports": self.ports, "routes": self.routes()}

    def configuration(self):
        return "[egress]\nroutes = " + json.dumps(self.routes(), indent=2) + "\n"
