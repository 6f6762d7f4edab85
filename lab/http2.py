"""HTTP/2 (RFC 9113) for the hosts of the lab, as most of the web speaks it; framing by python3-h2."""
import asyncio
import contextlib
import email.utils

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions

PIECE = 16384


class Http2:
    """One connection. `respond(scheme, method, target, headers, body)` gives the reply to a request."""

    def __init__(self, respond, reader, writer):
        self.respond, self.reader, self.writer = respond, reader, writer
        self.connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.requests = {}  # stream -> [headers, body]
        self.tasks = {}     # stream -> task that answers
        self.window = asyncio.Event()

    async def run(self):
        with contextlib.suppress(ConnectionError, h2.exceptions.H2Error, OSError):
            self.connection.initiate_connection()
            await self.flush()
            while data := await self.reader.read(65536):
                for event in self.connection.receive_data(data):
                    self.happened(event)
                await self.flush()
        for task in self.tasks.values():
            task.cancel()
        with contextlib.suppress(Exception):
            self.writer.close()
            await self.writer.wait_closed()

    async def flush(self):
        self.writer.write(self.connection.data_to_send())
        await self.writer.drain()

    def happened(self, event):
        stream = getattr(event, "stream_id", None)
        if isinstance(event, h2.events.RequestReceived):
            self.requests[stream] = [dict(event.headers), b""]
        elif isinstance(event, h2.events.DataReceived):
            self.connection.acknowledge_received_data(event.flow_controlled_length, stream)
            self.requests[stream][1] += event.data
        elif isinstance(event, h2.events.StreamEnded):
            self.tasks[stream] = asyncio.create_task(self.answer(stream, *self.requests.pop(stream)))
        elif isinstance(event, h2.events.StreamReset) and stream in self.tasks:
            self.tasks[stream].cancel()
        elif isinstance(event, (h2.events.WindowUpdated, h2.events.RemoteSettingsChanged)):
            self.window.set()

    async def answer(self, stream, headers, body):
        try:
            with contextlib.suppress(ConnectionError, h2.exceptions.H2Error, OSError):
                await self.send(stream, headers, body)
        finally:
            self.tasks.pop(stream, None)

    async def send(self, stream, headers, body):
        method, target = headers[":method"], headers[":path"]
        fields = {name: value for name, value in headers.items() if not name.startswith(":")}
        fields.setdefault("host", headers.get(":authority", ""))
        reply = self.respond("https", method, target, fields, body)
        await asyncio.sleep(reply.delay)
        if reply.is_raw:  # an answer that is no HTTP is none here
            self.connection.reset_stream(stream, h2.errors.ErrorCodes.PROTOCOL_ERROR)
            return await self.flush()
        self.connection.send_headers(stream, self.head(reply), end_stream=method == "HEAD")
        await self.flush()
        if method == "HEAD":
            return None
        if reply.pieces is None:
            await self.send_data(stream, reply.body)
        else:
            async for piece in reply.pieces:
                await self.send_data(stream, piece)
        self.connection.end_stream(stream)
        return await self.flush()

    @staticmethod
    def head(reply):
        fields = [(":status", str(reply.status)), ("date", email.utils.formatdate(usegmt=True)), ("server", "nginx")]
        given = {name.lower() for name, _ in reply.headers}
        if reply.media_type and "content-type" not in given:
            fields.append(("content-type", reply.media_type))
        if "cache-control" not in given:
            fields.append(("cache-control", "no-store"))
        length = reply.length if reply.length is not None or reply.pieces is not None else len(reply.body)
        if length is not None:
            fields.append(("content-length", str(length)))
        return fields + [(name.lower(), value) for name, value in reply.headers]

    async def send_data(self, stream, data):
        while data:
            room = min(self.connection.local_flow_control_window(stream), self.connection.max_outbound_frame_size, PIECE)
            if room <= 0:
                self.window.clear()
                await self.window.wait()
                continue
            self.connection.send_data(stream, data[:room])
            data = data[room:]
            await self.flush()
            await asyncio.sleep(0)
