"""Framings as docs/wire.md gives them, with plain sockets."""

import socket
import struct


def exactly(sock, n):
    """n bytes, or None at the end of the stream."""
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            return None
        data += more
    return data


class Plain:
    """none: what one recv returns is taken for a message."""

    def send(self, sock, body):
        sock.sendall(body)

    def receive(self, sock):
        return sock.recv(1024) or None


class Handshake:
    """The length as text, any reply, then the body."""

    def send(self, sock, body):
        sock.sendall(str(len(body)).encode())
        sock.recv(1024)
        sock.sendall(body)

    def receive(self, sock):
        length = sock.recv(1024)
        if not length:
            return None
        sock.sendall(b"ready!")
        return exactly(sock, int(length))


class Prefix:
    """A binary length in front."""

    def __init__(self, format):
        self.format = format

    def send(self, sock, body):
        sock.sendall(struct.pack(self.format, len(body)) + body)

    def receive(self, sock):
        head = exactly(sock, struct.calcsize(self.format))
        return head and exactly(sock, struct.unpack(self.format, head)[0])


class Delimiter:
    """A line each."""

    def __init__(self):
        self.rest = b""

    def send(self, sock, body):
        sock.sendall(body + b"\n")

    def receive(self, sock):
        while b"\n" not in self.rest:
            more = sock.recv(1024)
            if not more:
                return None
            self.rest += more
        body, self.rest = self.rest.split(b"\n", 1)
        return body


class Fixed:
    """So many bytes each; shorter texts are padded with spaces, longer ones cut."""

    def __init__(self, size):
        self.size = size

    def send(self, sock, body):
        sock.sendall(body.ljust(self.size)[: self.size])

    def receive(self, sock):
        return exactly(sock, self.size)


class ContentLength:
    """Lines of text, one of which tells the length, and an empty line."""

    def send(self, sock, body):
        sock.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def receive(self, sock):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            more = sock.recv(1)
            if not more:
                return None
            head += more
        fields = dict(line.split(b":", 1) for line in head.splitlines() if b":" in line)
        return exactly(sock, int(fields[b"Content-Length"]))


class Chunked:
    """Pieces, each with its size in front; an empty one is the last."""

    def send(self, sock, body):
        sock.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))

    def receive(self, sock):
        body = b""
        while line := self.line(sock):
            piece = exactly(sock, int(line, 16) + 2)[:-2]
            if not piece:
                return body
            body += piece
        return None

    def line(self, sock):
        line = b""
        while not line.endswith(b"\r\n"):
            more = sock.recv(1)
            if not more:
                return None
            line += more
        return line


class UntilClose:
    """One message each way, and no welcome; its end is the end of the stream."""

    def send(self, sock, body):
        sock.sendall(body)
        sock.shutdown(socket.SHUT_WR)

    def receive(self, sock):
        body = b""
        while more := sock.recv(1024):
            body += more
        return body or None


def framing(name):
    """A fresh one, for one connection."""
    return {
        "none": Plain,
        "handshake": Handshake,
        "i32": lambda: Prefix("i"),
        "u16": lambda: Prefix(">H"),
        "u32": lambda: Prefix(">I"),
        "delimiter:\\n": Delimiter,
        "content-length": ContentLength,
        "chunked": Chunked,
        "fixed:5": lambda: Fixed(5),
        "until-close": UntilClose,
    }[name]()
