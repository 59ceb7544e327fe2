"""Moves bytes over TCP: bulk.py listen|HOST:PORT source|sink [BYTES]"""

import socket
import sys

from pattern import pattern

where, role = sys.argv[1:3]
if where == "listen":
    listener = socket.create_server(("127.0.0.1", 0))
    print(*listener.getsockname(), sep=":", flush=True)
    sock, _ = listener.accept()
else:
    host, port = where.split(":")
    sock = socket.create_connection((host, int(port)))
if role == "source":
    sock.sendall(pattern(int(sys.argv[3])))
    sock.shutdown(socket.SHUT_WR)
    assert sock.recv(1) == b"", "a sink says nothing"
else:
    data = b"".join(iter(lambda: sock.recv(65536), b""))
    print(len(data), "as counted" if data == pattern(len(data)) else "otherwise")
sock.close()
