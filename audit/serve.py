"""Serve a folder on this machine as a web host does: compressed, cacheable, with its 404 page."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@contextmanager
def serve(folder: Path, at: str = "/") -> Iterator[str]:
    """Serve a built site on a free port.

    Args:
        folder: The site. It may be built later, but its files must not change once requested.
        at: The path of the site on its host, such as `/some/where/`.

    Yields:
        The URL of the site, which ends with a slash.
    """
    handler = partial(_Handler, at=at, directory=str(folder))
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{at}"
        finally:
            server.shutdown()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: a browser that closes hangs up in the middle of a response."""


class _Handler(SimpleHTTPRequestHandler):
    # Keep connections open, as hosts do: the default protocol, HTTP/1.0, closes them.
    protocol_version = "HTTP/1.1"

    def __init__(self, *request: Any, at: str, directory: str) -> None:
        self.at = at
        super().__init__(*request, directory=directory)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing about requests."""

    def do_GET(self) -> None:
        """Send a file, or the site's page for URLs that do not exist."""
        path = Path(self.translate_path(f"/{self.path.removeprefix(self.at)}"))
        path = path / "index.html" if path.is_dir() else path
        found = self.path.startswith(self.at) and path.is_file()
        path = path if found else Path(self.directory, "404.html")
        compress = "gzip" in self.headers.get("Accept-Encoding", "")
        body = _compressed(path) if compress else path.read_bytes()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", self.guess_type(path))
        if compress:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(body)


@cache
def _compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes())
