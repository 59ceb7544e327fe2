"""A greeting client over UDP: udp_client.py HOST:PORT NAME..."""

import socket
import sys

host, port = sys.argv[1].split(":")
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for name in sys.argv[2:]:
    sock.sendto(name.encode(), (host, int(port)))
    print(sock.recvfrom(1024)[0].decode())
