# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus, that scrapes one command and evaluates ops/alerts.yml."""
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import urllib.error
import urllib.parse

from scraping import fetch
from support import ROOT, end

CONFIG = """
global: {{scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms}}
rule_files: ['{rules}']
scrape_configs:
  - job_name: millrace
    static_configs: [{{targets: ['{target}']}}]
"""


class Prometheus:
    def __init__(self, target):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-prometheus-"))
        (self.folder / "prometheus.yml").write_text(CONFIG.format(target=target, rules=ROOT / "ops/alerts.yml"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={self.folder}/prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
             f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=exemplar-storage"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd=self.folder)

    def stop(self):
        end(self.process)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, path, **parameters):
        """`data` of an answer; nothing while it does not listen yet."""
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "log").read_text())
        try:
            answer = json.loads(fetch(self.address, f"/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))
        except (urllib.error.URLError, OSError):
            return None
        if answer["status"] != "success":
            raise AssertionError(answer)
        return answer["data"]

    def query(self, text):
        """Of an instant query: each sample's labels, without the scraper's own, to its value."""
        data = self.ask("query", query=text)
        own = {"__name__", "instance", "job"}
        return {tuple(value for name, value in sorted(sample["metric"].items()) if name not in own): float(sample["value"][1])
                for sample in (data or {"result": []})["result"]}
