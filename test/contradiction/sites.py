"""All hosts of the story behind one port: a plain page, or a redirect to wherever a path was told to lead."""
import http.server
import threading


class Sites:
    def __init__(self):
        self.leads = {}  # path -> URL
        sites = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # noqa: N802
                target = sites.leads.get(self.path)
                body = b"" if target else b"<!doctype html><title>Opening hours</title><p>Monday to Friday, nine to five.</p>"
                self.send_response(302 if target else 200)
                if target:
                    self.send_header("Location", target)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                """A program that was killed has closed its connections."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def route(self):
        return f"*=127.0.0.1:{self.server.server_address[1]}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
