"""A greeting server over UDP: udp_server.py DATAGRAMS"""

import socket
import sys

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 0))
print(*sock.getsockname(), sep=":", flush=True)
for _ in range(int(sys.argv[1])):
    name, sender = sock.recvfrom(1024)
    print(name.decode())
    sock.sendto(b"Hello, " + name + b"!", sender)
