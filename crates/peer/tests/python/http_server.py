"""Serves one page with Python's own server: http_server.py FRAMING BYTES"""

import http.server
import sys

framing, size = sys.argv[1], int(sys.argv[2])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        print(self.requestline)
        self.send_response(200)
        self.send_header("Connection", "close")
        body = b"x" * size
        if framing == "content-length":
            self.send_header("Content-Length", str(size))
        elif framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (size, body)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(*server.server_address, sep=":", flush=True)
server.handle_request()
