#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ties a profile to the sources and the compiler it was made with.
   Usage: pgo_profile.py write|check --folder PROFILE --compiler C++

`write`, before the training, notes a digest of every source in the profile's folder; `check` names what has changed since and
fails. The compiler's own checks (-Werror=missing-profile, -Werror=coverage-mismatch) catch a function whose branches changed, not
one that merely does something else."""
import argparse
import hashlib
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHOWN_MAX = 5


def digests(compiler):
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    paths = [*ROOT.glob("src/**/*"), *ROOT.glob("apps/**/*"), *ROOT.glob("cmake/*"), ROOT / "CMakeLists.txt",
             ROOT / "CMakePresets.json", ROOT / "scripts/pgo_commands.txt"]
    return {"compiler": version} | {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()
                                    for path in sorted(paths) if path.is_file()}


def check(noted, now):
    """What is wrong, in words; nothing when all is as it was."""
    changed = sorted(name for name in noted.keys() | now.keys() if noted.get(name) != now.get(name))
    if not changed:
        return None
    more = f" and {len(changed) - SHOWN_MAX} more" if len(changed) > SHOWN_MAX else ""
    return f"the profile is stale: changed since the training: {', '.join(changed[:SHOWN_MAX])}{more}; `make pgo` trains it anew"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("do", choices=["write", "check"])
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--note", default="sources.json", help="the file's name")
    options = parser.parse_args()
    note = options.folder / options.note
    now = digests(options.compiler)
    if options.do == "write":
        note.write_text(json.dumps(now, indent=1), encoding="utf-8")
        return 0
    if not note.exists():
        print(f"no profile in {options.folder}; `make pgo` trains one", file=sys.stderr)
        return 1
    wrong = check(json.loads(note.read_text(encoding="utf-8")), now)
    if wrong:
        print(wrong, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
