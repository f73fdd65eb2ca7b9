#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Peak memory of `millrace load` over inputs that could make it grow, each in a control group with a hard limit (v1 or v2,
whichever can be written; else without one). Only millrace is limited, not the SurrealDB engine. For each input: VmHWM, the
kernel's peak for the group (page cache included: it reaches the limit with any large file), how often the limit was hit, and
what the load said. Fails when a peak passes --memory or records are missing.

  memory_bench.py --millrace build/release/bin/millrace [--inputs posts,mixed,…] [--stores sqlite,mem] [--gigabytes 1,10]
                  [--memory 128MiB] [--limit-mib 192] [--folder /var/tmp] [--scale 1.0]"""
import argparse
import contextlib
import gzip
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIB = 1 << 20
POST_BYTES = 363  # on average, for --gigabytes


class Group:
    """A control group of its own with a hard limit of memory; `path` is None where none can be made."""

    def __init__(self, limit):
        self.path = None
        roots = [(pathlib.Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.max_usage_in_bytes"),
                 (pathlib.Path("/sys/fs/cgroup"), "memory.max", "memory.peak")]
        for root, limit_file, peak_file in roots:
            path = root / f"millrace-bench-{os.getpid()}"
            try:
                path.mkdir()
                (path / limit_file).write_text(str(limit))
            except OSError:
                with contextlib.suppress(OSError):
                    path.rmdir()
                continue
            self.path, self.peak_file = path, peak_file
            return

    def enter(self):
        """In the child, before exec."""
        if self.path:
            (self.path / "cgroup.procs").write_text(str(os.getpid()))

    def figures(self):
        """(peak with page cache, kills); a kernel without the file gives None."""
        if not self.path:
            return None, 0
        try:
            peak = int((self.path / self.peak_file).read_text())
        except OSError:
            peak = None
        kills = 0
        for name in ("memory.oom_control", "memory.events"):
            with contextlib.suppress(OSError):
                words = (self.path / name).read_text().split()
                kills = max(kills, int(words[words.index("oom_kill") + 1]) if "oom_kill" in words else 0)
        return peak, kills

    def remove(self):
        if self.path:
            self.path.rmdir()


# ---- inputs: each writes a file and gives how many records of it must be written

def post(number, content_bytes, fill=b"x"):
    return b'{"id":%d,"title":"t","content":"%b"}\n' % (number, fill * content_bytes)


def mixed(file, scale, draw):
    """1 KiB to 16 MiB, the logarithm uniform."""
    count = max(8, int(300 * scale))
    for number in range(count):
        file.write(post(number, int(1024 * 2 ** draw.uniform(0, 13.99))))
    return count


def large(file, scale, _):
    count = max(4, int(60 * scale))
    for number in range(count):
        file.write(post(number, 15 * MIB))
    return count


def growing(file, scale, _):
    """Floats that take four bytes as JSON and nine as CBOR."""
    count = max(3, int(20 * scale))
    for number in range(count):
        file.write(b'{"id":%d,"title":"t","f":[%b1e1]}\n' % (number, b"1e1," * (15 * MIB // 4)))
    return count


def tiny(file, scale, _):
    """For each three bytes an id, an entry and a body."""
    count = max(200_000, int(5_000_000 * scale))
    for _ in range(count // 10_000):
        file.write(b"{}\n" * 10_000)
    return count // 10_000 * 10_000


def tiny_after_posts(file, scale, draw):
    posts = max(50_000, int(500_000 * scale))
    for number in range(posts):
        file.write(post(number, 300))
    return posts + tiny(file, scale, draw)


def bad(file, scale, _):
    """All rejected: large lines of control characters, each of which an escape makes six."""
    count = max(3, int(20 * scale))
    for _ in range(count):
        file.write(b'{"title":"' + b"\x01" * (15 * MIB) + b"\n")
    return 0


def bad_posts(file, scale, _):
    """All rejected, and valid JSON: no title."""
    count = max(3, int(20 * scale))
    for number in range(count):
        file.write(b'{"id":%d,"content":"%b"}\n' % (number, b"\\u0001" * (15 * MIB // 6)))
    return 0


def line(file, scale, _):
    """One line without an end."""
    file.write(b'{"title":"')
    file.truncate(int(max(0.2, scale) * 1024) * MIB)
    return 0


def wide(file, scale, _):
    """CSV with long names, which each row repeats."""
    file.write(b"id," + b",".join(b"%b%d" % (b"n" * 200, n) for n in range(500)) + b"\n")
    count = max(2_000, int(100_000 * scale))
    for number in range(count):
        file.write(b"%d%b\n" % (number, b"," * 500))
    return count


def fields(file, scale, _):
    """Records of many fields."""
    count = max(30, int(1000 * scale))
    for number in range(count):
        file.write(b'{"id":%d,"title":"t"%b}\n' % (number, b"".join(b',"a%d":1' % n for n in range(60_000))))
    return count


def large_rows(file, scale, _):
    """CSV with cells of quotes, each of which JSON escapes."""
    file.write(b"id,title,content\n")
    count = max(3, int(20 * scale))
    for number in range(count):
        file.write(b'%d,t,"%b"\n' % (number, b'""' * (7 * MIB)))
    return count


INPUTS = {"mixed": mixed, "large": large, "growing": growing, "tiny": tiny, "tiny_after_posts": tiny_after_posts,
          "bad": bad, "bad_posts": bad_posts, "line": line, "wide": wide, "fields": fields, "large_rows": large_rows}
SUFFIXES = {"wide": ".csv", "large_rows": ".csv"}
TABLES = {"tiny": "thing", "tiny_after_posts": "thing", "wide": "thing"}


def make_posts(millrace, path, gigabytes):
    count = int(gigabytes * 1e9 / POST_BYTES)
    if not path.exists():
        subprocess.run([millrace, "generate", "posts", "--count", str(count), "-o", str(path)], check=True)
    return count


# ---- stores

@contextlib.contextmanager
def store_of(kind, folder):
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(dir=folder) as place:
            yield f"sqlite:{place}/store.db"
        return
    with tempfile.TemporaryDirectory(dir=folder) as place:
        engine = "mem://" if kind == "mem" else f"{kind}:{place}/db"
        server = subprocess.Popen(["node", str(ROOT / "tools/surreal-dev/server.mjs"), "--listen", "127.0.0.1:0", "--engine", engine,
                                   "--exit-with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            port = int(server.stdout.readline().split("/rpc")[0].rsplit(":", 1)[1])
            yield f"ws://root:root@127.0.0.1:{port}/ns/db"
        finally:
            server.terminate()
            server.wait()


def load(arguments, path, table, store, folder):
    group = Group(arguments.limit_mib * MIB)
    command = [arguments.millrace, "load", str(path), "--to", store, "--table", table, "--report", "-", "--progress", "never",
               "--memory", arguments.memory, "--max-rejects", "100%", "--rejects", f"{folder}/rejects"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=group.enter, check=False)
        peak, kills = group.figures()
    finally:
        group.remove()
    pathlib.Path(f"{folder}/rejects").unlink(missing_ok=True)
    report = json.loads(done.stdout) if done.stdout else {}
    return done, report, peak, kills


def size_of(text):
    return int(text.removesuffix("MiB")) * MIB


def run_one(arguments, name, path, expected, folder):
    """Prints a line for each store; gives the peaks by store, or None where one is wrong."""
    peaks = {}
    for kind in arguments.stores.split(","):
        with store_of(kind, folder) as store:
            done, report, peak, kills = load(arguments, path, TABLES.get(name, "post"), store, folder)
        resident = report.get("peak_rss_bytes", 0)
        right = report.get("records_written") == expected and 0 < resident <= size_of(arguments.memory) and kills == 0
        peaks[kind] = resident if right else None
        kernel = "-" if peak is None else f"{peak / MIB:.1f}"
        print(f"{name:<18} {path.stat().st_size / 1e9:7.2f} GB  {kind:<9} peak {resident / MIB:6.1f} MiB  kernel {kernel:>6} MiB  "
              f"kills {kills}  written {report.get('records_written', '-'):>9}  {report.get('seconds', 0):7.1f} s  exit {done.returncode}"
              f"{'' if right else '  WRONG: expected ' + str(expected) + ' written; ' + done.stderr[-300:]}", flush=True)
    return peaks


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millrace", required=True)
    parser.add_argument("--inputs", default="posts,gz," + ",".join(INPUTS))
    parser.add_argument("--stores", default="sqlite,mem")
    parser.add_argument("--gigabytes", default="1", help="of posts: one size or several, of which the peaks are compared")
    parser.add_argument("--memory", default="128MiB")
    parser.add_argument("--limit-mib", type=int, default=192)
    parser.add_argument("--folder", default="/var/tmp")
    parser.add_argument("--scale", type=float, default=1.0, help="of the other inputs")
    arguments = parser.parse_args()
    arguments.millrace = os.path.abspath(arguments.millrace)
    probe = Group(arguments.limit_mib * MIB)
    probe.remove()
    print(f"control group: {probe.path.parent if probe.path else 'none can be written; VmHWM alone'}, limit {arguments.limit_mib} MiB; "
          f"--memory {arguments.memory}", flush=True)
    wrong = False
    by_size = {}
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="millrace-memory-") as folder:
        for name in arguments.inputs.split(","):
            if name in ("posts", "gz"):
                for gigabytes in map(float, arguments.gigabytes.split(",") if name == "posts" else ["0.2"]):
                    path = pathlib.Path(folder) / f"{name}.ndjson"
                    expected = make_posts(arguments.millrace, path, gigabytes)
                    if name == "gz":
                        packed = path.with_suffix(".ndjson.gz")
                        with open(path, "rb") as plain, gzip.open(packed, "wb", compresslevel=1) as out:
                            while piece := plain.read(MIB):
                                out.write(piece)
                        path.unlink()
                        path = packed
                    peaks = run_one(arguments, name, path, expected, folder)
                    wrong |= None in peaks.values()
                    if name == "posts":
                        by_size[gigabytes] = peaks
                    path.unlink()
                continue
            path = pathlib.Path(folder) / f"{name}{SUFFIXES.get(name, '.ndjson')}"
            with open(path, "wb") as file:
                expected = INPUTS[name](file, arguments.scale, random.Random(1))
            wrong |= None in run_one(arguments, name, path, expected, folder).values()
            path.unlink()
    first = min(by_size, default=None)
    for gigabytes, peaks in by_size.items():
        for kind, peak in peaks.items():
            base = by_size[first][kind]
            if gigabytes != first and peak and base:
                print(f"{kind}: peak at {gigabytes:g} GB is {peak / base:.3f} of that at {first:g} GB (wanted: within 1.05)")
                wrong |= peak > 1.05 * base
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
