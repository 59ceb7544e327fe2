"""A greeting client that waits for each reply: greeting_client.py FRAMING HOST:PORT NAME..."""

import socket
import sys

from framings import framing

host, port = sys.argv[2].split(":")
with socket.create_connection((host, int(port))) as sock:
    framed = framing(sys.argv[1])
    if sys.argv[1] != "until-close":
        print(framed.receive(sock).decode())
    for name in sys.argv[3:]:
        framed.send(sock, name.encode())
        reply = framed.receive(sock)
        print(reply.decode() if reply else "closed")
