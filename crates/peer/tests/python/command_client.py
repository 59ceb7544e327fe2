"""Asks for commands: command_client.py FRAMING ENCODING HOST:PORT COMMAND..."""

import socket
import sys

from framings import framing

name, encoding, address = sys.argv[1:4]
sys.stdout.reconfigure(encoding="utf-8")
host, port = address.split(":")
with socket.create_connection((host, int(port))) as sock:
    framed = framing(name)
    for command in sys.argv[4:]:
        framed.send(sock, command.encode(encoding))
        print(framed.receive(sock).decode(encoding).rstrip("\n"))
    framed.send(sock, b"exit")
    assert framed.receive(sock) is None
