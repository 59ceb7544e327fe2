"""Fetches a page with Python's own client: http_get.py HOST:PORT PATH"""

import http.client
import sys

connection = http.client.HTTPConnection(sys.argv[1], timeout=60)
try:
    connection.request("GET", sys.argv[2], headers={"Connection": "close"})
    response = connection.getresponse()
    print(response.status, len(response.read()))
except (http.client.IncompleteRead, OSError) as error:
    print(type(error).__name__)
