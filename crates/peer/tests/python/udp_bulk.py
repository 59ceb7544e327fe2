"""Moves datagrams: udp_bulk.py source BYTES HOST:PORT, or udp_bulk.py sink BYTES"""

import socket
import sys

from pattern import pattern

SIZE = 1024
role, size = sys.argv[1], int(sys.argv[2])
data = pattern(size)
pieces = [data[at : at + SIZE] for at in range(0, size, SIZE)]
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if role == "source":
    host, port = sys.argv[3].split(":")
    for piece in pieces:
        sock.sendto(piece, (host, int(port)))
else:
    sock.bind(("127.0.0.1", 0))
    print(*sock.getsockname(), sep=":", flush=True)
    got = [sock.recv(65536) for _ in pieces]
    print(len(got), "datagrams,", "as counted" if got == pieces else "otherwise")
