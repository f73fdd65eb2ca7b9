# SPDX-License-Identifier: Apache-2.0
"""What the gateway makes of requests that mean it ill, or are merely wrong: the documented status for each, and it goes on."""
import gzip
import json
import os
import re
import select
import socket
import sqlite3
import struct
import unittest

from serving import Connection, ServeTest, digest

MiB = 1 << 20
SEED = b'{"title":"a\\u00e9\\n\\"b","content":"\xc3\xa9\xf0\x9f\x98\x80","n":[1,-2.5e3,true,false,null,{"k":"v"},[]],"e":{}}'
CODES = {"invalid_json", "invalid_record", "invalid_id", "duplicate", "too_large", "refused", "unauthorized", "forbidden", "not_found", "overloaded",
         "unavailable", "internal"}


def request(method="POST", target="/v1/any", headers=(), body=b"", host=True, version="HTTP/1.1", length=True):
    lines = [f"{method} {target} {version}".encode("latin-1")]
    if host:
        lines.append(b"Host: test")
    if length and (body or method in ("POST", "PUT", "PATCH")):
        lines.append(b"Content-Length: %d" % len(body))
    lines += [header if isinstance(header, bytes) else header.encode("latin-1") for header in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunked(body, size=7):
    pieces = [body[at:at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


GET = request("GET", "/healthz")
TE = "Transfer-Encoding: chunked"


class HostileTest(ServeTest):
    """Every answer that is an error is a problem of RFC 9457 with a code of the contract; at the end the server is alive, and well."""

    def tearDown(self):
        self.see_that_it_is_well()

    def serve(self, *flags, **options):
        super().serve(*flags, **options)
        self.base = self.resident_bytes()

    def see_that_it_is_well(self, bytes_more=96 * MiB):
        self.assertIsNone(self.process.poll(), "it ended")
        self.assertEqual(self.raw(GET).status, 200)
        self.assertLess(self.resident_bytes() - self.base, bytes_more)
        self.stop()

    def check(self, answer, status, code=None):
        self.assertIsNotNone(answer, "there was no answer")
        self.assertEqual(answer.status, status, answer.raw + answer.body)
        if status >= 400:
            self.assertEqual(answer.header("Content-Type"), "application/problem+json", answer.raw)
            problem = answer.json()
            self.assertEqual((problem["status"], problem["code"] in CODES, problem["request_id"]), (status, True, answer.header("X-Request-Id")))
            self.assertEqual(code or problem["code"], problem["code"])
            self.assertEqual("Retry-After" in dict(answer.headers), status in (429, 503))
            self.assertEqual("Allow" in dict(answer.headers), status == 405)
            self.assertEqual("WWW-Authenticate" in dict(answer.headers), status in (401, 403))
        return answer

    def expect(self, status, data, code=None, closes=None):
        """The answer to these bytes; `closes`: whether the connection is closed behind it, and nothing else answered."""
        with self.subTest(data=data[:200]), Connection(self.port) as connection:
            connection.send(data + (GET if closes else b""))
            answer = self.check(connection.answer(), status, code)
            if closes:
                self.assertEqual(answer.header("Connection"), "close")
                self.assertTrue(connection.is_closed(), connection.pending)
            elif closes is not None:
                self.assertEqual(connection.send(GET).answer().status, 200)
            return answer


def is_record(text):
    """What the oracle says of a body: 'object', 'other' JSON, or None. Python's reader takes NaN and lone surrogates; JSON has none."""
    def refuse(word):
        raise ValueError(word)
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return "object" if isinstance(value, dict) else "other"


class BadJson(HostileTest):
    def judge(self, bodies):
        """Pipelined, some hundred at once: each gets 201, or 400 with the byte, as the oracle has it."""
        seen = {201: 0, 400: 0, 422: 0, 200: 0}
        with Connection(self.port) as connection:
            for first in range(0, len(bodies), 256):
                some = bodies[first:first + 256]
                connection.send(b"".join(request(body=body) for body in some))
                for body in some:
                    answer = connection.answer()
                    expected = {"object": (201,), "other": (200, 422), None: (400,)}[is_record(body)]
                    self.assertIn(answer.status, expected, (body, answer.body))
                    seen[answer.status] += 1
                    if answer.status == 400:
                        self.check(answer, 400, "invalid_json")
                        self.assertLessEqual(answer.json()["byte"], len(body), body)
        return seen

    def test_each_truncation_of_a_record(self):
        self.serve()
        self.assertEqual(self.judge([SEED[:size] for size in range(len(SEED) + 1)]), {201: 1, 400: len(SEED), 422: 0, 200: 0})

    def test_each_byte_replaced_by_each_other(self):
        self.serve()
        bodies = [SEED[:at] + bytes([byte]) + SEED[at + 1:] for at in range(len(SEED)) for byte in range(256)]
        seen = self.judge(bodies)
        self.assertGreater(seen[201], 1000)
        self.assertGreater(seen[400], 10000)

    def test_each_byte_left_out_or_doubled(self):
        self.serve()
        self.judge([SEED[:at] + SEED[at + 1:] for at in range(len(SEED))] + [SEED[:at + 1] + SEED[at:] for at in range(len(SEED))])

    def test_what_readers_disagree_on(self):
        self.serve()
        for body in (b"", b" ", b"\xef\xbb\xbf{}", b"tru", b"{\"a\":01}", b"[1,2,}]", b'{"a":"\\ud800"}', b'{"a":1}{"a":2}', b'{"a":1}\0', b"{'a':1}", b'{"a":NaN}',
                     b'{"a":1,}', b'{"a":.5}', b'{"a":1.}', b'{"a":+1}', b'{"a":0x1}', b'{"a":"\t"}', b'{"a":"\x7f"}'[:7] + b'\x00"}', b'{"a":"\xed\xa0\x80"}',
                     b'{"a":"\xc0\xaf"}', b'{"a":1}//', b'{"a":"\\x41"}', b"[" * 100_000, b'{"a":' * 100_000):
            answer = self.expect(400, request(body=body), "invalid_json", closes=False)
            self.assertLessEqual(answer.json()["byte"], len(body))

    def test_json_that_is_no_record(self):
        self.serve()
        for body in (b"1", b'"a"', b"null", b"true"):
            self.expect(422, request(body=body), "invalid_record")
        for wrong in (b"null", b"true", b"1.5", b'""', b"[]", b"{}", b'"post:1"'):
            self.expect(422, request(body=b'{"id":%s}' % wrong), "invalid_id")
        for post in (b"{}", b'{"title":1}', b'{"title":""}', b'{"title":null}', b'{"title":"%s"}' % (b"x" * 1025), b'{"title":"a","content":1}',
                     b'{"title":"a","created_at":"soon"}'):
            self.expect(422, request(target="/v1/post", body=post), "invalid_record")

    def test_an_array_has_an_outcome_for_each(self):
        self.serve()
        body = b'[{"id":1},1,{"id":null},{"id":1},{"id":2,"a":[]},[],{"id":"any:3"}]'
        outcomes = self.expect(200, request(body=body)).json()
        self.assertEqual([result.get("id", result.get("error", {}).get("code")) for result in outcomes["results"]],
                         [1, "invalid_record", "invalid_id", outcomes["results"][3].get("id", "duplicate"), 2, "invalid_record", 3])
        self.expect(200, request(body=b"[]"))
        self.assertEqual(self.expect(200, request(body=b"[%s]" % b" ,\n".join([b'{"a":"],["}'] * 10_000))).json()["written"], 10_000)
        self.expect(413, request(body=b"[%s]" % b",".join([b"{}"] * 10_001)), "too_large")
        self.expect(413, request(headers=["Content-Encoding: gzip"], body=gzip.compress(b"[%s]" % b",".join([b"{}"] * 2_700_000))), "too_large")
        for wrong in (b"[", b"[1", b'[{"a":1},]', b'[{"a":1}{"a":2}]', b"[{}]x"):
            self.expect(400, request(body=wrong), "invalid_json")


class Statuses(HostileTest):
    """Each status of the contract, once at least."""

    def test_rights_and_rates(self):
        self.write("tokens", f"all {digest('a')} all *\nreader {digest('r')} read post\nslow {digest('s')} all * 2/m\n")
        self.serve("--tokens", "tokens")
        record = b'{"title":"x"}'

        def as_(token, method="POST", target="/v1/post", body=record):
            return request(method, target, [f"Authorization: {token}"], body if method == "POST" else b"")

        self.expect(201, as_("Bearer a"))
        for wrong in ("Bearer b", "Bearer", "Basic YTph", "Bearer a b", "a", "Bearer a, Bearer a"):
            self.expect(401, as_(wrong), "unauthorized")
        self.assertNotIn("error=", self.expect(401, request(target="/v1/post", body=record)).header("WWW-Authenticate"))
        self.expect(401, request("GET", "/metrics"))
        for path in ("/healthz", "/readyz", "/openapi.json"):
            self.expect(200, request("GET", path))
        self.expect(200, as_("bearer r", "GET"))
        self.expect(403, as_("Bearer r"), "forbidden")
        self.expect(403, as_("Bearer r", "GET", "/v1/other"), "forbidden")
        self.expect(403, as_("Bearer r", "GET", "/metrics"), "forbidden")
        self.expect(403, as_("Bearer r", "DELETE", "/v1/post/1"), "forbidden")
        for _ in range(2):
            self.expect(201, as_("Bearer s"))
        self.assertIn(int(self.expect(429, as_("Bearer s"), "overloaded").header("Retry-After")), range(1, 31))
        # Right with the first header, wrong with the second: two are none.
        self.expect(401, request(target="/v1/post", headers=["Authorization: Bearer a", "Authorization: Bearer b"], body=record), "unauthorized")

    def test_records(self):
        self.serve()
        self.expect(404, request("GET", "/v1/any/1"), "not_found")
        self.expect(404, request("DELETE", "/v1/any/1"), "not_found")
        self.expect(201, request(body=b'{"id":1,"a":1}'))
        self.assertEqual(self.expect(201, request(body=b'{"id":1,"a":1}')).header("Idempotency-Replayed"), "true")
        self.expect(409, request(body=b'{"id":1,"a":2}'), "duplicate")
        self.expect(200, request("GET", "/v1/any/1"))
        self.expect(204, request("DELETE", "/v1/any/1"))
        key = ["Idempotency-Key: k"]
        first = self.expect(201, request(headers=key, body=b'{"a":1}'))
        again = self.expect(201, request(headers=['Idempotency-Key: "k"'], body=b'{"a":1}'))
        self.assertEqual((again.body, again.header("Idempotency-Replayed"), first.header("Idempotency-Replayed")), (first.body, "true", None))
        self.expect(422, request(headers=key, body=b'{"a":2}'), "refused")
        for wrong in ("Idempotency-Key: ", "Idempotency-Key: a b", f"Idempotency-Key: {'k' * 256}", 'Idempotency-Key: "k', "Idempotency-Key: \xfc"):
            self.expect(400, request(headers=[wrong], body=b'{"a":1}'), "refused")
        self.expect(400, request(headers=key + key, body=b'{"a":1}'), "refused")
        for query in ("limit=0", "limit=-1", "limit=x", "limit=1001", "limit=1e1", "after=%00", "after=x!", "limit=99999999999999999999"):
            self.expect(400, request("GET", f"/v1/any?{query}"), "refused")

    def test_sizes(self):
        self.serve("--max-record", "2KiB", "--max-body", "8KiB", "--queue", "1MiB")
        self.expect(201, request(body=b'{"a":"%s"}' % (b"x" * 2000)), closes=False)
        self.expect(413, request(body=b'{"a":"%s"}' % (b"x" * 2100)), "too_large", closes=False)
        self.expect(413, request(body=b"[%s]" % (b" " * 9000)), "too_large", closes=True)
        self.expect(413, request(headers=["Content-Length: 99999999999"], length=False), "too_large", closes=True)
        self.expect(413, request(headers=[TE], body=chunked(b"[%s]" % (b" " * 9000), 1000), length=False), "too_large", closes=True)
        self.expect(200, request(body=b"[%s]" % (b" " * 8000)), closes=False)
        outcomes = self.expect(200, request(body=b'[{"id":1},{"a":"%s"},{"id":2}]' % (b"x" * 2100))).json()
        self.assertEqual((outcomes["written"], outcomes["results"][1]["error"]["code"]), (2, "too_large"))

    def test_a_store_that_is_away(self):
        self.serve("--wait", "1s", store="sqlite:a.db")
        self.expect(201, request(body=b'{"id":1}'))
        connection = sqlite3.connect(self.folder / "a.db", isolation_level=None)
        self.addCleanup(connection.close)
        connection.execute("BEGIN IMMEDIATE")
        answer = self.expect(503, request(body=b'{"id":2}'), "unavailable")
        self.assertNotIn(b"a.db", answer.body)
        self.expect(200, request("GET", "/v1/any/1"))
        self.wait_until(lambda: self.raw(request(body=b'{"id":2}')).status == self.raw(request("GET", "/readyz")).status == 503, "a store that is away is called ready")
        self.expect(200, request("GET", "/healthz"))
        connection.execute("ROLLBACK")
        self.wait_until(lambda: self.raw(request(body=b'{"id":2}')).status == 201, "the store is back, and it is not used")
        self.expect(200, request("GET", "/readyz"))
        self.assertEqual(connection.execute('SELECT count(*) FROM "any"').fetchall(), [(2,)])

    def test_a_queue_that_is_full(self):
        self.serve("--wait", "60s", "--queue", "64KiB", "--max-record", "16KiB", "--stop-within", "1s", store="sqlite:a.db")
        self.expect(201, request(body=b'{"id":1}'))
        connection = sqlite3.connect(self.folder / "a.db", isolation_level=None)
        self.addCleanup(connection.close)
        connection.execute("BEGIN IMMEDIATE")
        waiting = [Connection(self.port).send(request(body=b'{"a":"%s"}' % (b"x" * 15_000))) for _ in range(5)]
        self.wait_until(lambda: self.raw(request("GET", "/readyz")).status == 503, "five records of 15 KiB have room in 64 KiB")
        answer = self.expect(503, request(body=b'{"id":2}'), "overloaded", closes=False)
        self.assertGreaterEqual(int(answer.header("Retry-After")), 1)
        self.expect(503, request("GET", "/readyz"))
        self.expect(400, request("GET", "/v1/any?limit=x"))
        connection.execute("ROLLBACK")
        self.assertEqual([client.answer().status for client in waiting], [201] * 5)
        for client in waiting:
            client.socket.close()
        self.expect(201, request(body=b'{"id":2}'))

    def test_methods(self):
        self.serve()
        for target, allowed in (("/v1/any", {"GET", "HEAD", "POST", "OPTIONS"}), ("/v1/any/1", {"GET", "HEAD", "DELETE", "OPTIONS"}),
                                ("/healthz", {"GET", "HEAD", "OPTIONS"}), ("/metrics", {"GET", "HEAD", "OPTIONS"})):
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "PRI", "M-SEARCH", "X" * 200, "!#$%&'*+-.^_`|~"):
                with self.subTest(method=method, target=target):
                    answer = self.raw(request(method, target, ["Cookie: s3cret"]), has_body=method != "HEAD")
                    if method in allowed:
                        self.assertNotEqual(answer.status, 405)
                    else:
                        self.check(answer, 405)
                        self.assertEqual(set(answer.header("Allow").split(", ")), allowed)
                    self.assertNotIn(b"s3cret", answer.raw + answer.body)
        for line in (b"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", b" GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", b"\x80 / HTTP/1.1\r\nHost: a\r\n\r\n"):
            self.expect(400, line, closes=True)
        self.assertIn(self.raw(b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n").status, (400, 404, 405))

    def test_content_types(self):
        self.serve()
        for known in ("application/json", "Application/JSON", "application/json; charset=utf-8", "application/json ;charset=\"utf-8\"", "application/vnd.api+json",
                      "text/json"):
            self.expect(201, request(headers=[f"Content-Type: {known}"], body=b"{}"))
        self.expect(201, request(body=b"{}"))
        for known in ("application/x-ndjson", "application/ndjson", "application/jsonl"):
            self.assertEqual(self.expect(200, request(headers=[f"Content-Type: {known}"], body=b"{}\n")).header("Content-Type"), "application/x-ndjson")
        for unknown in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "json", "application/", "*/*",
                        "application/json, text/plain", "application/jsonx", "\xff"):
            self.expect(415, request(headers=[f"Content-Type: {unknown}"], body=b"{}"), "refused", closes=False)
        # A page in a browser may send these without being asked for leave.
        self.expect(415, request(headers=["Origin: https://evil.example"], body=b"{}"))


class Heads(HostileTest):
    def test_shapes_by_which_requests_are_smuggled(self):
        self.serve()
        inner = b"GET /v1/any HTTP/1.1\r\nHost: a\r\n\r\n"
        wrong = [
            request(headers=["Content-Length: 2", TE], body=b"0\r\n\r\n" + inner, length=False),
            request(headers=[TE, "Content-Length: 5"], body=b"0\r\n\r\n", length=False),
            request(headers=["Content-Length: 2", "Content-Length: 3"], body=b"{}", length=False),
            request(headers=["Content-Length: 2", "Content-Length: 2"], body=b"{}", length=False),
            *[request(headers=[f"Content-Length: {value}"], body=b"{}", length=False)
              for value in ("2, 2", "+2", "-2", "0x2", "2 2", "", "2;", "18446744073709551618", "\"2\"", "2.0", "\xb2")],
            *[request(headers=[f"Transfer-Encoding: {value}"], body=b"2\r\n{}\r\n0\r\n\r\n", length=False)
              for value in ("gzip", "chunked, gzip", "gzip, chunked", "chunked, chunked", "identity", "xchunked", "\x0bchunked", "chunked;q=1", "")],
            request(headers=[TE, TE], body=b"2\r\n{}\r\n0\r\n\r\n", length=False),
            request(headers=["Transfer-Encoding : chunked"], body=b"2\r\n{}\r\n0\r\n\r\n", length=False),
            request(headers=["Transfer-Encoding:\n chunked"], body=b"2\r\n{}\r\n0\r\n\r\n", length=False),
            request(headers=[" Transfer-Encoding: chunked"], body=b"2\r\n{}\r\n0\r\n\r\n", length=False),
            request(headers=["Content-Length : 2"], body=b"{}", length=False),
            request(headers=["X: a\r\n b", "Content-Length: 2"], body=b"{}", length=False),
            request(headers=["X: a\r\n\tContent-Length: 2"], body=b"{}", length=False),
            request(headers=["X\0: a"], body=b"{}"), request(headers=["X: a\0b"], body=b"{}"), request(headers=["X: a\rb"], body=b"{}"),
            request(headers=["X: a\nContent-Length: 3"], body=b"{}"), request(headers=["X\x80: a"], body=b"{}"), request(headers=["(X): a"], body=b"{}"),
            request(headers=[": a"], body=b"{}"), request(headers=["no colon"], body=b"{}"),
            request("GET", "/healthz", [TE], b"0\r\n\r\n", version="HTTP/1.0", length=False),
            request(body=b"{}").replace(b"\r\n", b"\n"), request("GET", "/healthz").replace(b"\r\n", b"\r"),
        ]
        for data in wrong:
            self.expect(400, data, closes=True)

    def test_request_lines(self):
        self.serve()
        for line in (b"GET /\r\n", b"GET /healthz HTTP/1.1 \r\nHost: a\r\n\r\n", b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n",
                     b"GET /healthz HTTP/1.9\r\nHost: a\r\n\r\n", b"GET /healthz http/1.1\r\nHost: a\r\n\r\n", b"GET /healthz HTTP/1.10\r\nHost: a\r\n\r\n",
                     b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(64).replace(b"\n", b"") + b"\r\n\r\n",
                     b"GET /heal thz HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /healthz\r\nHost: a\r\n\r\n", b"/healthz\r\n\r\n"):
            self.expect(400, line, closes=True)
        self.expect(200, b"\r\n\r\n" + GET, closes=False)

    def test_hosts(self):
        self.serve()
        self.expect(400, request("GET", "/healthz", host=False), closes=True)
        for hosts in (["Host: b"], ["Host: test"]):
            self.expect(400, request("GET", "/healthz", hosts), closes=True)
        for host in ("a b", "a/b", "user@a", "a:b", "[::1", "a\x80"):
            self.expect(400, request("GET", "/healthz", [f"Host: {host}"], host=False), closes=True)
        self.expect(200, request("GET", "/healthz", host=False, version="HTTP/1.0"))

    def test_forms_of_the_target(self):
        self.serve()
        for target in ("http://test/healthz", "http://other.example/healthz", "HTTPS://test/healthz?x", "/healthz?", "/healthz?a=/v1/any&b"):
            self.expect(200, request("GET", target))
        for target in ("*", "healthz", "test:80", "http://", "http://test", "?", "//healthz", "//test/healthz", "http:/healthz", "\\healthz"):
            self.assertIn(self.raw(request("GET", target)).status, (400, 404), target)

    def test_heads_that_are_too_large(self):
        self.serve()
        for data in (request("GET", "/" + "x" * 9000), request("GET", "/healthz", ["X: " + "x" * 9000]), request("GET", "/healthz", ["X" * 9000 + ": x"]),
                     request("GET", "/healthz", ["X: x"] * 2000), request("G" * 9000, "/"), b"GET /" + b"x" * 100_000, b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000):
            self.expect(431, data, "too_large", closes=True)
        self.expect(200, request("GET", "/healthz", ["X: " + "x" * 7000]), closes=False)

    def test_expectations_and_upgrades(self):
        self.serve()
        self.expect(417, request(headers=["Expect: 200-ok"], body=b"{}"), "refused", closes=True)
        with Connection(self.port) as connection:
            self.assertEqual(connection.send(request(headers=["Expect: 100-continue", "Content-Length: 2"], length=False)).answer().status, 100)
            self.assertEqual(connection.send(b"{}").answer().status, 201)
        self.expect(200, request("GET", "/healthz", ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: x"]))
        self.expect(200, request("GET", "/healthz", ["Connection: Upgrade", "Upgrade: websocket"]))

    def test_paths(self):
        self.serve()
        self.expect(201, request(body=b'{"id":"..","a":1}'))
        self.expect(201, request(body=b'{"id":"\xc3\xa9/x","a":1}'))
        for found in ("/v1/any/%2e%2e", "/v1/any/..", "/v1/%61ny/..", "/v1/any/%C3%A9%2Fx", "/v1/any?x=../..", "/v1/any;x".replace(";x", "")):
            self.expect(200, request("GET", found))
        for path in ("/v1/../healthz", "/v1/%2e%2e/healthz", "/./healthz", "/%2e%2e/%2e%2e/etc/passwd", "/healthz/", "//healthz", "/healthz;x", "/HEALTHZ", "/healthz%00",
                     "/healthz%20", "/%68ealthz/x", "/", "/v1", "/v1/", "/v1//", "/v1//any", "/v1/any/", "/v1/any//", "/v1/any/a/b", "/v1/any;x", "/v1/any%00", "/v1/a%20b",
                     "/v1/%", "/v1/%g1", "/v1/any/%", "/v1/any/%f", "/v1/any/%zz", "/v1/any/%ff", "/v1/any/%c0%ae%c0%ae", "/v1/any/%e0%80%af", "/v1/any/%ed%a0%80",
                     "/v1/any/%f5%80%80%80", "/v1/any/\xff", "/v1/sqlite_x", "/v1/SQLite_master", "/v1/millrace_checkpoint", "/v1/%6Dillrace_checkpoint", "/v1/1a",
                     "/v1/" + "a" * 64, "/v1/any-x", "/v1/post'--", "/v1/post%22%3B", "/v1/any/" + "x" * 7000, "/v2/any", "/V1/any", "/v1%2Fany", "/.git/config"):
            self.expect(404, request("GET", path), "not_found", closes=False)
        for key in ("%00", "%0a", "a%00b", "%7f"):
            self.assertIn(self.raw(request("GET", f"/v1/any/{key}")).status, (200, 404))


class Bodies(HostileTest):
    def test_chunks(self):
        self.serve()
        head = request(headers=[TE], length=False)
        for size in (1, 7, 1000):
            self.expect(201, head + chunked(SEED, size), closes=False)
        for body in (b'2;a=b\r\n{}\r\n0\r\n\r\n', b'2 ;a\r\n{}\r\n0\r\n\r\n', b'002\r\n{}\r\n000\r\n\r\n', b'2\r\n{}\r\n0\r\nX: trailer\r\n\r\n'):
            self.expect(201, head + body, closes=False)
        for body in (b"x\r\n{}\r\n0\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n", b"+2\r\n{}\r\n0\r\n\r\n", b"0x2\r\n{}\r\n0\r\n\r\n", b"2\n{}\n0\n\n", b"2\r\n{}x\r\n0\r\n\r\n", b"2\r\n{}0\r\n\r\n",
                     b"1\r\n{}\r\n0\r\n\r\n", b"\r\n{}\r\n0\r\n\r\n", b"10000000000000002\r\n{}\r\n0\r\n\r\n", b"2;\0\r\n{}\r\n0\r\n\r\n", b"2\r\n{}\r\n0\r\nX : a\r\n\r\n"):
            self.expect(400, head + body, closes=True)
        self.expect(413, head + b"ffffffffffffffff\r\n{}", closes=True)
        self.expect(413, head + b"7fffffff\r\n{}", closes=True)
        self.expect(431, head + b"2;" + b"x" * 20_000 + b"\r\n{}\r\n0\r\n\r\n", closes=True)
        self.expect(431, head + b"2\r\n{}\r\n0\r\n" + b"X: x\r\n" * 5000 + b"\r\n", closes=True)
        self.expect(201, head + chunked(b'{"a":"%s"}' % (b"x" * 200_000), 1), closes=False)

    def test_a_trailer_is_no_header(self):
        self.write("tokens", f"a {digest('a')} all *\n")
        self.serve("--tokens", "tokens")
        self.expect(401, request(headers=[TE, "Trailer: Authorization"], length=False) + b"2\r\n{}\r\n0\r\nAuthorization: Bearer a\r\n\r\n")

    def test_gzip(self):
        self.serve()
        zipped = gzip.compress(SEED)

        def sent(body, coding="gzip", more=()):
            return request(headers=[f"Content-Encoding: {coding}", *more], body=body)

        self.expect(201, sent(zipped))
        self.expect(201, sent(zipped, "GZIP"))
        self.expect(201, sent(zipped, "x-gzip"))
        self.expect(201, sent(SEED, "identity"))
        self.expect(201, sent(gzip.compress(SEED[:10]) + gzip.compress(SEED[10:])))
        flipped = zipped[:-8] + bytes([zipped[-8] ^ 1]) + zipped[-7:]
        for wrong in [zipped[:size] for size in range(len(zipped))] + [zipped + b"x", zipped + b"\0" * 8, flipped, SEED, b"\x1f\x8b\x08" + b"\xff" * 100]:
            self.expect(400, sent(wrong))
        for coding in ("deflate", "br", "gzip, gzip", "gzip, identity", "gzip;q=1", "*"):
            self.expect(415, sent(zipped, coding))
        bomb = gzip.compress(b" " * (64 * MiB))
        for _ in range(4):
            self.expect(413, sent(bomb), "too_large")
        self.expect(413, sent(gzip.compress(b'{"a":"%s"}' % (b"x" * 2 * MiB))), "too_large")
        self.expect(415, sent(zipped, more=["Content-Encoding: gzip"]))

    def stream(self, body, coding=()):
        answer = self.raw(request(headers=["Content-Type: application/x-ndjson", *coding], body=body))
        lines = [json.loads(line) for line in answer.body.split(b"\n") if line]
        return answer.status, lines[:-1], lines[-1]

    def test_streams(self):
        self.serve("--max-record", "2KiB")
        status, lines, last = self.stream(b'{"id":1}\n{"id":\n\n1\n{"id":null}\n\xff\n{"a":"' + b"x" * 3000 + b'"}\n{"id":2}')
        self.assertEqual((status, last), (200, {"written": 2, "rejected": 5, "complete": True}))
        self.assertEqual([line.get("id", line.get("error", {}).get("code")) for line in lines],
                         [1, "invalid_json", "invalid_record", "invalid_id", "invalid_json", "too_large", 2])
        self.assertEqual([line["line"] for line in lines if "line" in line], [2, 4, 5, 6, 7])
        zipped = gzip.compress(b'{"id":3}\n{"id":4}\n')
        status, lines, last = self.stream(zipped, ["Content-Encoding: gzip"])
        self.assertEqual((status, last["written"], last["complete"]), (200, 2, True))
        for wrong in (zipped[:-3], zipped + b"x" * 10, b"no gzip"):
            status, lines, last = self.stream(wrong, ["Content-Encoding: gzip"])
            self.assertEqual((status, last["complete"]), (200, False))
        status, lines, last = self.stream(gzip.compress(b"\n" * (32 * MiB)), ["Content-Encoding: gzip"])  # many lines, all empty
        self.assertEqual((status, lines, last), (200, [], {"written": 0, "rejected": 0, "complete": True}))
        status, lines, last = self.stream(gzip.compress(b" " * (32 * MiB)), ["Content-Encoding: gzip"])  # one line, too long
        self.assertEqual((status, last["written"]), (200, 0))

    def test_a_stream_whose_chunks_go_wrong_says_so(self):
        self.serve()
        head = request(headers=["Content-Type: application/x-ndjson", TE], length=False)
        answer = self.raw(head + b'9\r\n{"id":1}\n\r\nzz\r\n')
        lines = [json.loads(line) for line in answer.body.splitlines()]
        self.assertEqual((answer.status, lines[0], lines[-1]["complete"]), (200, {"id": 1}, False))

    def test_a_stream_that_ends_in_mid_chunk_is_told_how_far_it_came(self):
        self.serve()
        head = request(headers=["Content-Type: application/x-ndjson", TE], length=False)
        for body, ids in ((b"99\r\n", []), (b'9\r\n{"id":1}\n\r\n', [1]), (b'', [])):
            with Connection(self.port) as connection:
                answer = connection.send(head + body).end_sending().answer()
                lines = [json.loads(line) for line in answer.body.splitlines()]
                self.assertEqual((answer.status, [line["id"] for line in lines[:-1]], lines[-1]["complete"]), (200, ids, False))


class Clients(HostileTest):
    def test_slow_ones_are_told_and_cut(self):
        self.serve("--read-timeout", "300ms")
        for begin in (b"G", b"GET /healthz HTTP/1.1\r\nHost: a\r\n", request(headers=["Content-Length: 100"], body=b"{", length=False),
                      request(headers=[TE], length=False) + b"5\r\n{"):
            with self.subTest(begin=begin), Connection(self.port) as connection:
                self.check(connection.send(begin).answer(), 408, "refused")
                self.assertTrue(connection.is_closed())
        with Connection(self.port) as connection:  # a byte now and then is no excuse
            connection.socket.settimeout(0.02)
            answer = None
            for byte in b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 1000:
                connection.send(bytes([byte]))
                try:
                    connection.more()
                    break
                except TimeoutError:
                    pass
            connection.socket.settimeout(10)
            self.check(connection.answer(), 408)
            self.assertIsNone(answer)
        with Connection(self.port) as connection:
            connection.send(request(headers=["Content-Type: application/x-ndjson", TE], length=False) + b'9\r\n{"id":1}\n\r\n')
            answer = connection.answer()
            self.assertEqual((answer.status, json.loads(answer.body.splitlines()[-1])["complete"]), (200, False))

    def test_bodies_that_never_end_are_bounded_together(self):
        self.serve("--read-timeout", "120s")
        halves = [Connection(self.port).send(request(headers=["Content-Length: 8000000"], body=b"x" * 7_500_000, length=False)) for _ in range(60)]
        self.assertEqual(self.raw(request(body=SEED)).status, 201)
        by_socket = {half.socket: half for half in halves}
        self.check(by_socket[select.select(by_socket, [], [], 60)[0][0]].answer(), 503, "overloaded")
        self.assertLess(self.resident_bytes() - self.base, 160 * MiB)  # the 64 MiB of --queue, and what strings have beyond
        for half in halves:
            half.socket.close()

    def test_half_closed_and_gone(self):
        self.serve(store="sqlite:a.db")
        with Connection(self.port) as connection:
            self.assertEqual(connection.send(request(body=b'{"id":1}')).end_sending().answer().status, 201)
            self.assertTrue(connection.is_closed())
        for half in (b"", b"GET /heal", request(headers=["Content-Length: 9"], body=b"{", length=False)):
            with Connection(self.port) as connection:
                answer = connection.send(half).end_sending().answer()
                self.assertIn(answer and answer.status, (None, 400))
        for number in range(50):  # gone by a reset, before and behind what they sent
            connection = Connection(self.port)
            connection.send(request(body=b'{"id":"g%d"}' % number)[:None if number % 2 else 60])
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.socket.close()
        self.wait_until(lambda: b"\nactive_requests 1\n" in self.raw(request("GET", "/metrics")).body, "requests that never end")

    def test_one_that_never_reads_is_no_burden(self):
        self.serve()
        self.assertEqual(self.raw(request(body=json.dumps([{"a": "x" * 900_000}] * 8).encode())).status, 200)
        with Connection(self.port) as connection:
            connection.socket.setblocking(False)
            try:
                for _ in range(10_000):
                    connection.socket.send(request("GET", "/v1/any") * 20)
            except BlockingIOError:
                pass
            for _ in range(20):
                self.assertEqual(self.raw(GET).status, 200)

    def test_pipelines_are_answered_in_their_order(self):
        self.serve(store="sqlite:a.db")
        with Connection(self.port) as connection:
            requests = []
            for number in range(300):
                requests += [request(body=b'{"id":%d}' % number), request("GET", f"/v1/any/{number}"), request(body=b"{"), request("GET", "/nothing")]
            connection.send(b"".join(requests))
            for number in range(300):
                self.assertEqual([connection.answer().status for _ in range(4)], [201, 200, 400, 404], number)

    def test_ten_thousand_connections(self):
        import resource  # its limit is of this process
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        count = 10_000 if hard == resource.RLIM_INFINITY else min(10_000, hard - 200)
        if count < 10_000:
            print(f"the system lets a process have {hard} files: {count} connections")
        self.assertGreater(count, 500)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.serve("--read-timeout", "120s")
        connections = []
        self.addCleanup(lambda: [connection.socket.close() for connection in connections])
        for _ in range(count):
            connections.append(Connection(self.port))
            if len(connections) % 2:
                connections[-1].send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n")
        self.assertEqual(self.raw(GET).status, 200)
        self.assertEqual(self.raw(request(body=b'{"id":1}')).status, 201)
        for number, connection in enumerate(connections):
            connection.send(b"\r\n" if number % 2 == 0 else GET)
        self.assertEqual([connection.answer().status for connection in connections], [200] * count)
        self.assertLess(self.resident_bytes() - self.base, 96 * MiB)

    def test_one_more_takes_the_place_of_the_idlest(self):
        self.serve("--connections", "50")
        idle = [Connection(self.port) for _ in range(300)]
        self.addCleanup(lambda: [connection.socket.close() for connection in idle])
        self.assertEqual(self.raw(GET).status, 200)
        self.assertTrue(idle[0].is_closed())
        self.assertEqual(idle[-1].send(GET).answer().status, 200)


class Document(HostileTest):
    def test_openapi_json_is_that_of_this_server(self):
        self.serve()
        document = self.expect(200, request("GET", "/openapi.json")).json()
        self.assertEqual(document["openapi"], "3.1.0")
        for path, operations in document["paths"].items():
            target = path.replace("{table}", "any").replace("{id}", "1")
            allowed = set(self.expect(405, request("PUT", target)).header("Allow").split(", "))
            documented = {method.upper() for method in operations if not method.startswith(("x-", "parameters"))}
            self.assertEqual(allowed - {"HEAD", "OPTIONS"}, documented, path)
        answers = {"/v1/any": 200, "/v1/any/1": 404, "/healthz": 200, "/readyz": 200, "/metrics": 200}
        for path, status in answers.items():
            operation = document["paths"][re.sub("any/1$", "{table}/{id}", path).replace("any", "{table}")]["get"]
            answer = self.expect(status, request("GET", path))
            self.assertIn(str(answer.status), operation["responses"])


if __name__ == "__main__":
    unittest.main()
