# SPDX-License-Identifier: Apache-2.0
"""map_collect, for_each, reduce and filter_collect beside rayon, oneTBB, OpenMP, std::execution and the plain loop. All results of a
row are compared by their hash."""
import json
import os
import pathlib
import shutil
import subprocess

from harness import PEERS, Contender, Failed, Measurement, Missing, Row, need_program, run, small_rival, version

REGISTRY = pathlib.Path("/usr/share/cargo/registry")  # where Debian's librust-*-dev packages are


def rayon_peer(work):
    """Built once, from Debian's registry and nothing else, in a copy: cargo writes its lock file beside Cargo.toml."""
    def make():
        need_program("cargo")
        if not list(REGISTRY.glob("rayon-1*")):
            raise Missing(f"rayon is not in {REGISTRY}: apt-get install librust-rayon-dev, or scripts/setup.sh peers")
        project = work.folder / "rayon_peer"
        shutil.copytree(PEERS / "rayon_peer", project, dirs_exist_ok=True)
        shutil.copy(PEERS / "timing.rs", work.folder)
        # Without the user's own settings, which may replace the registry as well.
        environment = os.environ | {"CARGO_TARGET_DIR": str(project / "target"), "CARGO_NET_OFFLINE": "true"}
        done = subprocess.run(
            ["cargo", "build", "--release", "--offline", "--quiet", "--manifest-path", project / "Cargo.toml",
             "--config", 'source.crates-io.replace-with="debian"', "--config", f'source.debian.directory="{REGISTRY}"'],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False)
        if done.returncode != 0:
            raise Failed(f"cargo could not build rayon_peer: {done.stdout}")
        return project / "target/release/rayon_peer"
    return work.once("rayon", make)


def measured(program, *arguments, unit):
    """Runs it once; `unit` is nanoseconds in the row's unit."""
    def measure(work):
        printed = json.loads(run([rayon_peer(work), *arguments])[2]) if program == "rayon" else small_rival(work, program, *arguments)
        return Measurement(printed["nanoseconds"] / unit, printed["result"])
    return measure


# Of each kind of job: which contenders have it.
MILLRACE = ("millrace", "parallel_peer", "millrace")
LOOP = ("plain loop, exact array", "parallel_peer", "loop")
VECTOR = ("plain loop, vector", "parallel_peer", "vector")
PLAIN = ("plain loop", "parallel_peer", "vector")
RAYON = ("rayon", "rayon")
TBB = ("oneTBB, zeroed vector", "parallel_peer", "tbb")
TBB_PLAIN = ("oneTBB", "parallel_peer", "tbb")
STATIC = ("OpenMP, static", "openmp_peer", "static")
GUIDED = ("OpenMP, guided", "openmp_peer", "guided")
STD = ("std::execution::par_unseq", "parallel_peer", "std")
MAP = (MILLRACE, LOOP, VECTOR, RAYON, TBB, STATIC, GUIDED, STD)
IN_PLACE = (MILLRACE, PLAIN, RAYON, TBB_PLAIN, STATIC, GUIDED, STD)
REDUCE = (MILLRACE, PLAIN, RAYON, TBB_PLAIN, STATIC, STD)
FILTER = (MILLRACE, PLAIN, RAYON)
BOXED = {"rayon": "each in a box: what Rust has may be moved", "oneTBB, zeroed vector": "each in a std::optional", "OpenMP, static": "each in a std::optional",
         "OpenMP, guided": "each in a std::optional"}
FAILING = {"rayon": "collect() into a Result", "OpenMP, static": "caught and the rest passed over by hand", "OpenMP, guided": "caught and the rest passed over by hand"}
NO_FIXED = "Not possible: a reserved vector (push_back moves), std::execution (transform assigns)."

MS, US, NS = 1e6, 1e3, 1.0
JOBS = (
    ("map/cheap", "x * x + 1, 4,194,304 u32 to u64", "ms", MS, MAP, {}, "The output is new in each call, 32 MiB, which malloc maps anew each time."),
    ("map/cheap-reused", "x * x + 1, 1,000,000 u32 to u64", "ms", MS, MAP, {}, "The output is new in each call, 8 MB, which malloc soon takes from pages that were used before."),
    ("map/hash", "32 steps of a hash, 100,000 u64", "ms", MS, MAP, {}, ""),
    ("map/uneven", "a hash of x steps, x below 4,096", "ms", MS, MAP, {}, ""),
    ("map/tiny", "32 steps of a hash, 256 u64", "us", US, MAP, {}, "OpenMP's threads spin between calls, on a core that nobody else wants here."),
    ("map/sixteen", "x * x + 1, 16 u32 to u64", "ns", NS, MAP, {}, ""),
    ("map/one", "x * x + 1, one u32 to u64", "ns", NS, MAP, {}, ""),
    ("map/throwing", "a number as text, 200,000, of which one fails, another in each call", "ms", MS, tuple(c for c in MAP if c != STD), FAILING,
     "Until the failure is in the caller's hands and all that was made is destroyed. millrace runs all below the failure, since the loop's first failure is the one it gives; the others leave it out. Not possible: std::execution (std::terminate)."),
    ("map/fixed", "32 steps of a hash, 100,000, into a type that cannot be moved", "ms", MS, (MILLRACE, LOOP, RAYON, TBB, STATIC, GUIDED), BOXED, NO_FIXED),
    ("for-each/hash", "32 steps of a hash, 100,000 u64 in place", "ms", MS, IN_PLACE, {}, ""),
    ("reduce/hash", "the sum of 32 steps of a hash of 100,000 u64", "ms", MS, REDUCE, {}, ""),
    ("reduce/doubles", "the sum of 4,000,000 doubles, doubled", "ms", MS, REDUCE, {}, "millrace's is the same sum in every call, whatever the threads do; the others' depends on them, where rounding is at play."),
    ("reduce/tiny", "the sum of 16 squares", "ns", NS, REDUCE, {}, ""),
    ("filter/ints", "1,000,000 random ints: the positive ones, doubled", "ms", MS, FILTER, {}, ""),
    ("filter/hash", "100,000 u64: half by 16 steps of a hash, then 32 steps", "ms", MS, FILTER, {}, ""),
    ("filter/tiny", "16 u64: those that 3 does not divide, doubled", "ns", NS, FILTER, {}, ""),
)


def rows(_):
    compilers = {"rayon": version("rustc", "--version")}
    found = []
    for job, title, unit, nanoseconds, ways, remarks, remark in JOBS:
        contenders = []
        for name, program, *way in ways:
            words = [remarks[name]] if name in remarks else []
            words.append(compilers.get(name) or version("g++", "--version"))
            contenders.append(Contender(name, measured(program, *way, job, unit=nanoseconds), "", "; ".join(words)))
        found.append(Row(f"parallel/{job}", title, unit, contenders, bases=("millrace",), higher_is_better=False, remark=remark))
    return found
