# SPDX-License-Identifier: Apache-2.0
"""What the tests of `millrace serve` share: starting it, and talking to it in raw bytes or in requests."""
import hashlib
import http.client
import json
import signal
import socket
import time

from support import TIME_OUT, CommandTest


def digest(token):
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()


class Answer:
    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.raw = raw
        self.status = int(first.split(" ")[1]) if first.startswith("HTTP/1.") else None
        self.headers = [tuple(line.split(": ", 1)) for line in lines]

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self):
        return json.loads(self.body)


class Connection:
    """A socket on which bytes are sent as they are, and answers read one by one."""

    def __init__(self, port, timeout=TIME_OUT):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Sends what the server takes: one that has refused may close before all is sent."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return self

    def end_sending(self):
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def more(self):
        """False at the end."""
        try:
            got = self.socket.recv(65536)
        except ConnectionResetError:
            got = b""
        self.pending += got
        return bool(got)

    def answer(self, has_body=True):
        """The next one; None when the connection ends before it."""
        while b"\r\n\r\n" not in self.pending:
            if not self.more():
                return None
        head, _, rest = self.pending.partition(b"\r\n\r\n")
        answer = Answer(head + b"\r\n\r\n")
        size = answer.header("Content-Length")
        if answer.header("Transfer-Encoding") == "chunked" and has_body:
            self.pending = rest
            answer.body = self.chunks()
            return answer
        size = int(size) if size is not None and has_body else 0
        while len(self.pending) < len(head) + 4 + size:
            if not self.more():
                raise AssertionError(f"cut off in a body: {self.pending!r}")
        end = len(head) + 4 + size
        answer.body = self.pending[len(head) + 4:end]
        self.pending = self.pending[end:]
        return answer

    def line(self):
        while b"\r\n" not in self.pending:
            if not self.more():
                raise AssertionError(f"cut off in a chunk: {self.pending!r}")
        line, _, self.pending = self.pending.partition(b"\r\n")
        return line

    def chunks(self):
        body = b""
        while size := int(self.line(), 16):
            while len(self.pending) < size + 2:
                if not self.more():
                    raise AssertionError("cut off in a chunk")
            body, self.pending = body + self.pending[:size], self.pending[size + 2:]
        self.line()
        return body

    def is_closed(self):
        """True when the server closes it without a further byte."""
        return not self.pending and not self.more()


class ServeTest(CommandTest):
    """With `millrace serve` at a port of its own. Its events, JSON lines of standard error, are read as they come."""

    def serve(self, *flags, store="memory:", env=None, listen="127.0.0.1:0", **options):
        where = ("--listen", listen) if listen else ()
        self.process = self.start("serve", *(("--store", store) if store else ()), *where, *flags, env=env, **options)
        self.events = []
        self.port = int(self.event("started")["listen"].rsplit(":", 1)[1])
        return self.process

    def event(self, name):
        """The next event of that name."""
        while line := self.process.stderr.readline():
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == name:
                return self.events[-1]
        raise AssertionError(f"there was no event {name}: {self.events}; exit {self.process.wait(timeout=TIME_OUT)}")

    def stop(self, status=0, number=signal.SIGTERM):
        self.process.send_signal(number)
        out, rest = self.process.communicate(timeout=TIME_OUT)
        self.events += [json.loads(line) for line in rest.splitlines()]
        self.assertEqual(self.process.returncode, status, self.events)
        return out

    def raw(self, data, **options):
        """The first answer to these bytes, on a connection of their own."""
        with Connection(self.port) as connection:
            return connection.send(data).answer(**options)

    def request(self, method, path, body=None, headers=None, port=None):
        client = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=TIME_OUT)
        try:
            client.request(method, path, body=body, headers=headers or {})
            answer = client.getresponse()
            answer.body = answer.read()
            return answer
        finally:
            client.close()

    def post(self, record, table="post", headers=None, status=201):
        answer = self.request("POST", f"/v1/{table}", json.dumps(record), {"Content-Type": "application/json", **(headers or {})})
        self.assertEqual(answer.status, status, answer.body)
        return json.loads(answer.body)

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) << 10

    def wait_until(self, is_so, what):
        end = time.monotonic() + TIME_OUT
        while not is_so():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.01)  # between two looks
