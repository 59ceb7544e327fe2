"""Runs commands for one client: command_server.py FRAMING ENCODING COMMAND..."""

import shlex
import socket
import subprocess
import sys

from framings import framing

name, encoding = sys.argv[1:3]
sys.stdout.reconfigure(encoding="utf-8")
listener = socket.create_server(("127.0.0.1", 0))
print(*listener.getsockname(), sep=":", flush=True)
sock, _ = listener.accept()
framed = framing(name)
while message := framed.receive(sock):
    command = message.decode(encoding)
    print(command)
    if command not in sys.argv[3:]:
        answer = f"not allowed here: {command}"
    else:
        ran = subprocess.run(shlex.split(command), capture_output=True, text=True, encoding="utf-8")
        answer = ran.stderr or ran.stdout or "action success!"
    framed.send(sock, answer.encode(encoding))
sock.close()
