#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clients of a `millrace serve` that is being trained on (scripts/pgo_commands.txt): creates one at a time by several at once, an array,
a stream, reads and pages.   Usage: pgo_clients.py LOG POSTS; LOG is what the server says on standard error"""
import http.client
import json
import pathlib
import re
import sys
import threading
import time

CLIENTS, POSTS = 16, 30_000
STARTING_SECONDS_MAX = 60


def port_of(log):
    until = time.monotonic() + STARTING_SECONDS_MAX
    while time.monotonic() < until:
        if found := re.search(r'"event":"started","listen":"[^"]*:(\d+)"', log.read_text()):
            return int(found[1])
        time.sleep(0.1)
    sys.exit(f"it does not serve: {log.read_text()}")


def ask(connection, method, path, body=None, kind="application/json"):
    connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {text!r}")
    return text


def create_each(port, posts):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for post in posts:
        ask(connection, "POST", "/v1/post", json.dumps(post))
    for post in posts[:100]:
        ask(connection, "GET", "/v1/note?limit=20")


def main():
    port = port_of(pathlib.Path(sys.argv[1]))
    with open(sys.argv[2], encoding="utf-8") as file:
        posts = [json.loads(line) for line, _ in zip(file, range(POSTS))]
    for post in posts:
        post.pop("id", None)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    ask(connection, "POST", "/v1/note", json.dumps(posts[:1000]))
    ask(connection, "POST", "/v1/note", "\n".join(map(json.dumps, posts)).encode(), "application/x-ndjson")
    clients = [threading.Thread(target=create_each, args=(port, posts[at::CLIENTS])) for at in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()


if __name__ == "__main__":
    main()
