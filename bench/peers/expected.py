# SPDX-License-Identifier: Apache-2.0
"""What the jobs over posts and over Reuters' stories must give, by Python's own json, for peers.py to hold every contender against.

  expected.py posts|reuters FILE    prints {"filter_map", "group_by"} of a file, and "upper" of posts
  expected.py --of OUTPUT           prints the digest of a contender's filter_map

Upper case is four things: Unicode's full mapping (ß to SS), its simple one (ß stays), the simple one with ß to ẞ, and ASCII's letters alone.
"filter_map" has the digest of each. A program of its own: it needs memory, and a program that peers.py starts is not measured below
what peers.py itself holds."""
import hashlib
import json
import sys
import zlib

LEAST_SCORE = 50_000
ASCII_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}


def simple_upper(text):
    return "".join(upper if len(upper := letter.upper()) == 1 else letter for letter in text)


UPPER = {"full": str.upper, "simple": simple_upper, "sharp s": lambda text: simple_upper(text).replace("ß", "ẞ"),
         "ASCII": lambda text: text.translate(ASCII_UPPER)}


def read(path):
    with open(path, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            yield json.loads(line)


class Digest:
    """Of the fields of filter_map's records, in order, however their JSON is spelt."""

    def __init__(self):
        self.records, self.hashed = 0, hashlib.sha256()

    def add(self, *fields):
        self.records += 1
        self.hashed.update(json.dumps(fields).encode())

    def text(self):
        return f"{self.records} records, {self.hashed.hexdigest()[:16]}"


def add_to_group(groups, key, number):
    group = groups.setdefault(key, [0, 0])
    group[0] += 1
    group[1] += number


def made_of(digests, groups):
    return {"filter_map": {name: digest.text() for name, digest in digests.items()},
            "group_by": {key: [count, total / count] for key, (count, total) in groups.items()}}


def of_posts(path):
    digests, groups, crc, size = {name: Digest() for name in UPPER}, {}, 0, 0
    for post in read(path):
        add_to_group(groups, post["lang"], post["score"])
        if post["score"] >= LEAST_SCORE:
            for name, digest in digests.items():
                digest.add(post["id"], UPPER[name](post["title"]), post["score"] * 2)
            upper = {"id": post["id"], "title": post["title"].translate(ASCII_UPPER), "score": post["score"]}
            line = (json.dumps(upper, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
            crc, size = zlib.crc32(line, crc), size + len(line)
    return made_of(digests, groups) | {"upper": f"{crc:08x}, {size} bytes"}


def of_reuters(path):
    digests, groups = {name: Digest() for name in UPPER}, {}
    for story in read(path):
        title, body, places = story.get("title"), story.get("body"), story.get("places", [])
        if title is None:
            continue
        add_to_group(groups, places[0] if places else "", len(title))
        if body is not None and "usa" in places:
            for name, digest in digests.items():
                digest.add(story["id"], UPPER[name](title), len(body))
    return made_of(digests, groups)


def of_output(path):
    digest = Digest()
    for record in read(path):
        digest.add(record["id"], record["title"], record["score"] if "score" in record else record["length"])
    return digest.text()


if __name__ == "__main__":
    print(json.dumps({"--of": of_output, "posts": of_posts, "reuters": of_reuters}[sys.argv[1]](sys.argv[2])))
