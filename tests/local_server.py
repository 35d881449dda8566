"""A web server on this machine that can misbehave as servers do."""

import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from waiting import PATIENCE

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers each path with its answers in turn, the last one again and again; keeps what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked: list[str] = []
        self._closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            closing = outer._closing

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                path = self.path.partition("?")[0]
                answers = outer.answers.get(path) or outer.answers["*"]
                self.close_connection = True
                (answers.pop(0) if len(answers) > 1 else answers[0])(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # whoever asked has gone
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self, path: str, *answers: Answer) -> str:
        """Set the answers of a path and return its address."""
        self.answers[path] = list(answers)
        return self.address + path

    def encrypt(self, context: ssl.SSLContext) -> None:
        """Answer by TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    def close(self) -> None:
        """Stop."""
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def status(code: int, **headers: str) -> Answer:
    """An error without a body."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", "0")
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()

    return answer


def body(content: bytes, length: int | None = None, kind: str = "text/csv", announce: bool = True) -> Answer:
    """A body, with the length that is announced, if it is not the true one, or without any."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Connection", "close")
        if announce:
            handler.send_header("Content-Length", str(len(content) if length is None else length))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def hang_up(_handler: BaseHTTPRequestHandler) -> None:
    """No answer, and the line is closed."""


def silence(handler: BaseHTTPRequestHandler) -> None:
    """No answer as long as the server runs."""
    handler.closing.wait(PATIENCE)


def trickle(handler: BaseHTTPRequestHandler) -> None:
    """A body that comes byte by byte and has no end."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(10**6))
    handler.end_headers()
    drip(handler)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte at a time until whoever asked has gone."""
    try:
        while not handler.closing.wait(0.01):
            handler.wfile.write(b" ")
            handler.wfile.flush()
    except OSError:
        """Whoever asked has gone."""
