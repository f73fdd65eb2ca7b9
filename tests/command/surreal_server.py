# SPDX-License-Identifier: Apache-2.0
"""A real SurrealDB for tests (tools/surreal-dev), and reading it back with the official SDK."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

from support import ROOT, TIME_OUT, end, read_ndjson

TOOL = ROOT / "tools/surreal-dev"
ENGINES = ("mem", "rocksdb", "surrealkv")


def node(*args, check=True):
    done = subprocess.run(["node", *args], cwd=TOOL, capture_output=True, timeout=TIME_OUT, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"node {args}: {done.stderr.decode()}")
    return done.stdout.decode()


class Server:
    """Listens when the constructor is done; `engine` is one of ENGINES. A folder of its own, unless one is given."""

    databases = 0

    def __init__(self, engine="mem", *flags, folder=None, port=0):
        self.own_folder = tempfile.mkdtemp(prefix="millrace-surreal-") if folder is None and engine != "mem" else None
        path = folder or self.own_folder
        place = "mem://" if engine == "mem" else f"{engine}:{path}"
        self.process = subprocess.Popen(
            ["node", "server.mjs", "--listen", f"127.0.0.1:{port}", "--engine", place, "--exit-with-parent", *flags],
            cwd=TOOL, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = self.process.stdout.readline().decode()
        match = re.match(r"listening \S+:(\d+)/rpc ", line)
        if not match:
            self.stop()
            raise AssertionError(f"the server did not start: {line!r}")
        self.port = int(match[1])

    def stop(self, kill=False):
        if not kill and self.process.poll() is None:
            self.process.stdin.close()  # it ends with it
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                pass
        end(self.process)
        if self.own_folder:
            shutil.rmtree(self.own_folder, ignore_errors=True)

    def url(self, database="", user="root:root", options=""):
        """Of a database; a new one in namespace test when it is not named."""
        if not database:
            Server.databases += 1
            database = f"test/d{Server.databases}"
        return f"ws://{user}@127.0.0.1:{self.port}/{database}{options}"


def count(url, table):
    return int(node("count.mjs", url, table))


def dump(url, table):
    """Records in ascending id, by the official SDK."""
    return read_ndjson(node("dump.mjs", url, table))


def query(url, text):
    script = """import { open_client } from "./src/client.mjs";
        const db = await open_client(process.argv[1]);
        console.log(JSON.stringify(await db.query(process.argv[2])));
        await db.close();"""
    return json.loads(node("--input-type=module", "-e", script, url, text))


def wipe(path):
    shutil.rmtree(pathlib.Path(path), ignore_errors=True)
