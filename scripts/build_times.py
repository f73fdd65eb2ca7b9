#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What took longest in a build, out of ninja's log.   Usage: build_times.py [BUILD-FOLDER, build/ci] [how many, 10]

    CCACHE_DISABLE=1 cmake --build --preset ci --clean-first && scripts/build_times.py build/ci

The last time each file was made counts. Times are by the clock, with as many jobs beside as ninja ran; of files that a cache
gave they say nothing."""
import pathlib
import sys


def times(log):
    """Seconds by output. Each line of the log: start and end in ms, time stamp, output, hash."""
    seconds = {}
    for line in log.splitlines():
        if not line.startswith("#"):
            start, end, _, output, _ = line.split("\t")
            seconds[output] = (int(end) - int(start)) / 1000
    return seconds


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/ci")
    shown = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    seconds = times((folder / ".ninja_log").read_text(encoding="utf-8"))
    seconds = {output: taken for output, taken in seconds.items() if (folder / output).exists()}
    print("| seconds | made |\n|---|---|")
    for output, taken in sorted(seconds.items(), key=lambda item: -item[1])[:shown]:
        print(f"| {taken:.1f} | {output.replace('CMakeFiles/', '').replace('.dir', '').removesuffix('.o')} |")
    objects = sum(taken for output, taken in seconds.items() if output.endswith(".o"))
    print(f"\n{len(seconds)} files; compiling {objects:.0f} s of one core, linking and the rest {sum(seconds.values()) - objects:.0f} s")


if __name__ == "__main__":
    main()
