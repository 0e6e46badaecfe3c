"""What the Python services of the bookstore share: an HTTP/1.1 server with JSON answers, and calls to the neighbours.

Standard library only. A neighbour is always called through the mesh, never by its own address: SELVAGE_URL is all a
service has to know.
"""

import json
import os
import re
import socketserver
import sys
import threading
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VERSION = os.environ.get("SERVICE_VERSION", "v1")
TIMEOUT_MS = 1500
# Passed on unchanged, so that the calls which one request causes can be told together.
PASSED_ON = ("x-request-id", "traceparent", "tracestate")
# The mesh is the only thing called: a proxy set in the environment has no business between them.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def data(file):
    """The rows of one of the bookstore's data files, which hold one JSON value a line."""
    text = (Path(__file__).parent.parent / "data" / file).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def call(service, path, headers):
    """Asks a neighbour on behalf of a request with these headers. Returns the decoded answer, or None when it failed."""
    # The mesh says how long the caller will wait: working longer than that helps nobody.
    said = headers.get("selvage-timeout-ms", "")
    budget_ms = min(TIMEOUT_MS, int(said) or TIMEOUT_MS) if said.isdecimal() else TIMEOUT_MS
    context = {name: headers[name] for name in PASSED_ON if headers.get(name)}
    url = f"{os.environ.get('SELVAGE_URL', '')}/svc/{service}{path}"
    try:
        request = urllib.request.Request(url, headers={"user-agent": "bookstore", **context})
        with OPENER.open(request, timeout=budget_ms / 1000) as response:
            return json.load(response)
    except (OSError, ValueError) as error:  # refused, timed out, an answer of 4xx or 5xx, not JSON
        print(f"{url}: {error}", file=sys.stderr, flush=True)
        return None


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self):
        # HTTPServer's own looks the host's name up, which can take seconds where DNS is slow.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]


def serve(name, routes):
    """`routes` maps "/books/:id" to a function of (headers, *parts) that returns a value, or None for 404."""
    table = [(re.compile(re.sub(":[a-z]+", "([^/]+)", key) + r"\Z"), answer) for key, answer in routes.items()]
    table.append((re.compile(r"/healthz\Z"), lambda headers: {"status": "ok", "service": name, "version": VERSION}))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # keep-alive; every answer carries its length
        timeout = 75  # an idle connection holds a thread
        disable_nagle_algorithm = True
        wbufsize = -1  # headers and body leave in one segment

        def do_GET(self):
            path = self.path.split("?")[0]
            try:
                value = self.look_up(path)
            except Exception as error:
                print(f"{path}: {error!r}", file=sys.stderr, flush=True)
                return self.answer(500, {"error": "the service made a mistake"})
            if value is None:
                return self.answer(404, {"error": f"there is nothing at {path}"})
            return self.answer(200, value)

        def look_up(self, path):
            for pattern, answer in table:
                match = pattern.match(path)
                if match:
                    return answer(self.headers, *map(urllib.parse.unquote, match.groups()))
            return None

        do_HEAD = do_GET

        def refuse(self):
            self.answer(405, {"error": f"{self.command} is not allowed here"}, {"allow": "GET, HEAD"})

        do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = refuse

        def answer(self, status, value, headers=None):
            body = json.dumps(value, ensure_ascii=False).encode()
            self.send_response(status)
            if self.headers.get("content-length", "0") != "0" or "transfer-encoding" in self.headers:
                self.send_header("connection", "close")  # a body nobody read would be taken for the next request
            self.send_header("content-type", "application/json; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.send_header("x-served-by", f"{name} {VERSION} (python)")
            for key, header in (headers or {}).items():
                self.send_header(key, header)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *parts):
            pass

    server = Server(("127.0.0.1", int(os.environ.get("PORT", "0"))), Handler)
    if os.environ.get("STOP_WITH_STDIN"):
        threading.Thread(target=stop_with_stdin, daemon=True).start()
    print(f"listening {server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


def stop_with_stdin():
    """Whoever started this process holds the other end of its standard input: when that goes, so does the process."""
    while os.read(0, 4096):
        pass
    os._exit(0)
