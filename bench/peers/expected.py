# SPDX-License-Identifier: Apache-2.0
"""What the jobs over posts must give, by Python's own json, for peers.py to hold every contender against.

  expected.py POSTS            prints {"filter_map", "group_by", "upper"} of a file of posts
  expected.py --of OUTPUT      prints the digest of a contender's filter_map

A program of its own: it needs memory, and a program that peers.py starts is not measured below what peers.py itself holds."""
import hashlib
import json
import sys
import zlib

LEAST_SCORE = 50_000
ASCII_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}


def read(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield json.loads(line)


class Digest:
    """Of the fields of filter_map's records, in order, however their JSON is spelt."""

    def __init__(self):
        self.records, self.hashed = 0, hashlib.sha256()

    def add(self, identity, title, score):
        self.records += 1
        self.hashed.update(json.dumps([identity, title, score]).encode())

    def text(self):
        return f"{self.records} records, {self.hashed.hexdigest()[:16]}"


def of_posts(path):
    digest, groups, crc, size = Digest(), {}, 0, 0
    for post in read(path):
        group = groups.setdefault(post["lang"], [0, 0])
        group[0] += 1
        group[1] += post["score"]
        if post["score"] >= LEAST_SCORE:
            digest.add(post["id"], post["title"], post["score"] * 2)
            upper = {"id": post["id"], "title": post["title"].translate(ASCII_UPPER), "score": post["score"]}
            line = (json.dumps(upper, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
            crc, size = zlib.crc32(line, crc), size + len(line)
    return {"filter_map": digest.text(), "group_by": {lang: [count, total / count] for lang, (count, total) in groups.items()},
            "upper": f"{crc:08x}, {size} bytes"}


def of_output(path):
    digest = Digest()
    for record in read(path):
        digest.add(record["id"], record["title"], record["score"])
    return digest.text()


if __name__ == "__main__":
    print(json.dumps(of_output(sys.argv[2]) if sys.argv[1] == "--of" else of_posts(sys.argv[1])))
