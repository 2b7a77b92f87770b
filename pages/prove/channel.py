"""Connections between the process that proves pages and those that run them."""

import socket
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Channel = Connection[Any, Any]
else:
    Channel = Connection


def listen(folder: str) -> socket.socket:
    """Open a socket in `folder` that others can connect to."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"{folder}/socket")
    server.listen()
    return server


def connect(address: str) -> Channel:
    """Connect to the socket of another process."""
    client = socket.socket(socket.AF_UNIX)
    client.connect(address)
    return Connection(client.detach())


def accept(server: socket.socket) -> Channel:
    """Wait for another process to connect."""
    client, _ = server.accept()
    return Connection(client.detach())
