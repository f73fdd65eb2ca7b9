# SPDX-License-Identifier: Apache-2.0
"""Rows over files of posts: filter and map, group by, and what simdjson alone would take."""
import hashlib
import json
import math

from harness import Contender, Failed, Measurement, NotYet, Row, need_program, node, run, script, small_rival

MIB = 1 << 20
THREADS = 2
JQ = "select(.score >= 50000) | {id, title, score: (.score * 2)}"
MILLER = ["filter", "$score >= 50000", "then", "put", "$score = $score * 2", "then", "cut", "-o", "-f", "id,title,score"]
QUERIES = {"filter_map": "SELECT id, title, score * 2 AS score FROM $input WHERE score >= 50000",
           "group_by": "SELECT lang, count() AS count, math::mean(score) AS mean FROM $input GROUP BY lang"}


# ---- what came out is what Python's json says should have

def check_filter_map(work, count, output):
    """Records are compared once; the same bytes again need no second look."""
    with open(output, "rb") as file:
        sha = hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else hashlib.sha256(file.read()).hexdigest()
    made = work.once(("records of", sha), lambda: script("expected.py", "--of", output))
    if made != (wanted := work.expected(count)["filter_map"]):
        raise Failed(f"it made {made}, not {wanted}")


def check_group_by(work, count, output):
    groups = {}
    for line in output.read_text().splitlines():
        group = json.loads(line)
        if group["lang"] in groups:
            raise Failed(f"it made the group {group['lang']} twice")
        groups[group["lang"]] = [group.get("count", group.get("score_count")), group.get("mean", group.get("score_mean"))]
    wanted = work.expected(count)["group_by"]
    same = groups.keys() == wanted.keys() and all(
        groups[lang][0] == wanted[lang][0] and math.isclose(groups[lang][1], wanted[lang][1], rel_tol=1e-9) for lang in wanted)
    if not same:
        raise Failed(f"it made {groups}, not {wanted}")


CHECKS = {"filter_map": check_filter_map, "group_by": check_group_by}


# ---- contenders: each gives seconds and peak bytes

def duckdb(task):
    def start(work, posts, output):
        _, _, printed = node("duckdb_query.mjs", task, posts, output, THREADS)
        work.made["DuckDB"] = printed["duckdb"]
        return printed["seconds"], printed["peak_bytes"]
    return start


def to_file(*command):
    """A program that writes to standard output."""
    def start(_, posts, output):
        need_program(command[0], {"mlr": "miller"}.get(command[0]))
        with open(output, "wb") as file:
            seconds, peak, _ = run([*command, posts], stdout=file)
        return seconds, peak
    return start


def millrace(task):
    def start(work, posts, output):
        if not work.has_command("process"):
            raise NotYet("`millrace process` comes with issue 6")
        seconds, peak, _ = run([work.program("millrace"), "process", QUERIES[task], posts, "-o", output, "--progress", "never"])
        return seconds, peak
    return start


def job(task, name, start, count, was="", remark=""):
    def measure(work):
        output = work.folder / "output.ndjson"
        output.unlink(missing_ok=True)
        posts = work.posts(count)
        seconds, peak = start(work, posts, output)
        CHECKS[task](work, count, output)
        return Measurement(posts.stat().st_size / 1e6 / seconds, None, {"peak_mib": peak / MIB})
    return Contender(name, measure, was, remark)


def simdjson(threads, count, was=""):
    def measure(work):
        posts = work.posts(count)
        printed = small_rival(work, "ndjson_peer", posts, threads)
        made, wanted = f"{printed['result']}, {printed['bytes_written']} bytes", work.expected(count)["upper"]
        if printed["records"] != count or made != wanted:
            raise Failed(f"it read {printed['records']} records and made {made}, not {count} and {wanted}")
        work.made["simdjson's implementation"] = printed["simdjson"]
        return Measurement(printed["bytes_read"] / 1e9 / printed["seconds"])
    return Contender(f"simdjson, {threads} thread{'s' if threads > 1 else ''}", measure, was)


def rows(sizes):
    many, few = sizes.posts, sizes.slow_posts
    megabytes = 363 * many / 1e6
    process_time = f"{many:,} posts for DuckDB and millrace, {few:,} for jq and Miller. DuckDB: the query alone, 2 threads, columns named; others: the whole process, its peak not told below some 24 MiB."
    return [
        Row("data/filter-map", f"filter + map, NDJSON to NDJSON, {megabytes:,.0f} MB", "MB/s", [
            job("filter_map", "DuckDB", duckdb("filter_map"), many, "580 MB/s (0.64 s of 373 MB), peak 247 MB", "2 threads"),
            job("filter_map", "jq", to_file("jq", "-c", JQ), few, "20 MB/s"),
            job("filter_map", "Miller", to_file("mlr", "--ijsonl", "--ojsonl", *MILLER), few, "24 MB/s"),
            job("filter_map", "millrace process", millrace("filter_map"), many),
        ], bases=("millrace process", "DuckDB"), remark=f"Those with a score of at least 50,000: id, title, score doubled. {process_time}"),
        Row("data/group-by", "group by with count and mean, 8 groups", "MB/s", [
            job("group_by", "DuckDB", duckdb("group_by"), many, "1,200 MB/s (0.31 s of 373 MB)", "2 threads"),
            job("group_by", "Miller", to_file("mlr", "--ijsonl", "--ojsonl", "stats1", "-a", "count,mean", "-f", "score", "-g", "lang"), few),
            job("group_by", "millrace process", millrace("group_by"), many),
        ], bases=("millrace process", "DuckDB"), remark=process_time),
        Row("data/simdjson", "parse + filter + upper + write, memory to memory", "GB/s",
            [simdjson(2, many, "3.4 GB/s"), simdjson(1, many)], bases=("simdjson, 2 threads",),
            remark="A program of ours (ndjson_peer.cc): On-Demand reads three fields and checks no others; ASCII letters in upper case.")]
