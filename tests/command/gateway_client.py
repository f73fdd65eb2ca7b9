# SPDX-License-Identifier: Apache-2.0
"""A running `millrace serve`, and a client that keeps its connection and says what it read."""
import collections
import json
import re
import signal
import socket
import subprocess
import threading
import time

from support import MILLRACE, TIME_OUT, clean_environment, end

ADDRESS = re.compile(r'"event":"started","listen":"127\.0\.0\.1:(\d+)"')


class Lost(Exception):
    """The connection ended before the answer did."""


class Answer:
    def __init__(self, status, headers, body=b""):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """Of a problem; empty when it is none."""
        return self.json()["code"] if self.headers.get("content-type") == "application/problem+json" else ""

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:500]!r}"


class Gateway:
    """Listens when the constructor is done. What it says on standard error is in `words`, the last lines of it."""

    def __init__(self, store, *flags, port=0, cwd=None, **options):
        self.process = subprocess.Popen([MILLRACE, "serve", "--store", str(store), "--listen", f"127.0.0.1:{port}", *flags], cwd=cwd,
                                        env=clean_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
        self.words = collections.deque(maxlen=300)
        self.port = None
        for line in self.process.stderr:
            self.words.append(line.decode())
            if match := ADDRESS.search(self.words[-1]):
                self.port = int(match[1])
                break
        if self.port is None:
            end(self.process)
            raise AssertionError(f"it does not serve: {''.join(self.words)}")
        self.reader = threading.Thread(target=self.read_words, daemon=True)
        self.reader.start()

    def read_words(self):
        for line in self.process.stderr:
            self.words.append(line.decode())

    def client(self, **options):
        return Client(self.port, **options)

    def ask(self, method, path, body=None, **headers):
        """One request on a connection of its own."""
        client = self.client()
        try:
            return client.ask(method, path, body, **headers)
        finally:
            client.close()

    def kill(self):
        self.process.kill()
        return self.wait()

    def stop(self):
        """SIGTERM; gives the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        try:
            status = self.process.wait(timeout=TIME_OUT)
            self.reader.join(timeout=TIME_OUT)
            return status
        finally:
            end(self.process)


class Client:
    """One connection, which is made when it is needed. Lost tells that it broke."""

    def __init__(self, port, time_out=TIME_OUT):
        self.port, self.time_out = port, time_out
        self.socket = None
        self.buffer = b""

    def close(self):
        if self.socket is not None:
            self.socket.close()
        self.socket, self.buffer = None, b""

    def send(self, data):
        try:
            if self.socket is None:
                self.buffer = b""
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=self.time_out)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.sendall(data)
        except OSError as error:
            self.close()
            raise Lost(f"sending: {error}") from error

    def ask(self, method, path, body=None, **headers):
        self.begin(method, path, body, **headers)
        return self.read_answer(method)

    def begin(self, method, path, body=None, **headers):
        """`body` is bytes, something to be sent as JSON, or "chunked": then send_chunk() follows."""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
        if body == "chunked":
            lines.append("Transfer-Encoding: chunked")
            data = b""
        elif body is None:
            data = b""
        else:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            lines.append(f"Content-Length: {len(data)}")
        if body is not None:
            headers.setdefault("Content_Type", "application/json")
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.send(("\r\n".join(lines) + "\r\n\r\n").encode() + data)

    def send_chunk(self, data):
        """The last one is empty."""
        self.send(b"%x\r\n%b\r\n" % (len(data), data))

    def read_answer(self, method="GET"):
        answer = self.read_head()
        if answer.headers.get("transfer-encoding") == "chunked":
            answer.body = b"".join(self.chunks())
        elif method != "HEAD" and answer.status not in (204, 304):
            answer.body = self.read(int(answer.headers.get("content-length", 0)))
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer

    def read_head(self):
        """Without the body. An interim answer (100) is passed over."""
        while True:
            lines = self.read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            status = int(lines[0].split(" ")[1])
            if status >= 200:
                return Answer(status, {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)})

    def chunks(self):
        while size := int(self.read_until(b"\r\n"), 16):
            yield self.read(size)
            self.read(2)
        self.read_until(b"\r\n")

    def lines(self):
        """Of a chunked body, each when it is whole, as JSON."""
        rest = b""
        for chunk in self.chunks():
            *whole, rest = (rest + chunk).split(b"\n")
            yield from map(json.loads, whole)
        if rest:
            raise AssertionError(f"half a line: {rest!r}")

    def read_until(self, mark):
        while (at := self.buffer.find(mark)) < 0:
            self.receive()
        taken, self.buffer = self.buffer[:at + len(mark)], self.buffer[at + len(mark):]
        return taken

    def read(self, size):
        while len(self.buffer) < size:
            self.receive()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def receive(self):
        try:
            data = self.socket.recv(1 << 16) if self.socket is not None else b""
        except OSError as error:
            self.close()
            raise Lost(f"receiving: {error}") from error
        if not data:
            self.close()
            raise Lost("the connection was closed")
        self.buffer += data


def wait_until(is_so, what, seconds=60):
    """For what another process does; looks, and fails after a while."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)
