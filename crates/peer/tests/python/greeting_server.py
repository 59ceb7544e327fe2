"""A greeting server: greeting_server.py FRAMING CLIENTS"""

import socket
import sys

from framings import framing

listener = socket.create_server(("127.0.0.1", 0))
print(*listener.getsockname(), sep=":", flush=True)
for _ in range(int(sys.argv[2])):
    sock, _ = listener.accept()
    framed = framing(sys.argv[1])
    if sys.argv[1] != "until-close":
        framed.send(sock, b"Welcome!")
    while name := framed.receive(sock):
        print(name.decode())
        if name == b"exit":
            break
        framed.send(sock, b"Hello, " + name + b"!")
    sock.close()
