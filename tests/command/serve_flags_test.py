# SPDX-License-Identifier: Apache-2.0
"""Where the flags of `millrace serve` come from, what is wrong with them, and what SIGHUP reads again."""
import http.client
import json
import os
import re
import signal
import ssl
import subprocess
import unittest

from serving import Connection, ServeTest, digest
from support import ROOT, TIME_OUT, CommandTest


class Certified:
    def certify(self, name, host="localhost"):
        """NAME.pem, which is its own authority, and NAME.key."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={host}",
                        "-addext", f"subjectAltName=DNS:{host}", "-keyout", f"{name}.key", "-out", f"{name}.pem"],
                       cwd=self.folder, check=True, capture_output=True, timeout=TIME_OUT)


class Flags(Certified, CommandTest):
    def refused(self, *flags, words=(), env=None, store="memory:"):
        outcome = self.run_command("serve", "--store", store, *flags, env=env)
        self.assertEqual((outcome.status, outcome.out), (2, ""), outcome.err)
        for word in words:
            self.assertIn(word, outcome.err)
        return outcome

    def test_flags_that_are_wrong_are_named(self):
        for flag, value in (("--listen", "x:y"), ("--queue", "64MB"), ("--queue", "0"), ("--max-record", "-1"), ("--max-record", "128MiB"), ("--max-body", "many"),
                            ("--connections", "0"), ("--connections", "x"), ("--connections", "-1"), ("--cors-origin", "app.example"),
                            ("--cors-origin", "https://a.example/path"), ("--wait", "soon"), ("--wait", "0s"), ("--read-timeout", "2d"), ("--stop-within", "-1s"),
                            ("--access-log", "no/folder/x"), ("--metrics-listen", "x"), ("--tokens", "none"), ("--config", "none"), ("--unknown", "x"), ("--tls-key", "x"),
                            ("--tls-cert", "x")):
            with self.subTest(flag=flag, value=value):
                self.refused(flag, value, words=["millrace: ", flag])

    def test_beyond_this_machine_only_with_tokens(self):
        for listen in ("0.0.0.0:0", "[::]:0", "128.0.0.1:0", "example.org:0"):
            self.refused("--listen", listen, words=["--listen", "--tokens", "127.0.0.1"])

    def test_a_file_of_tokens_that_is_wrong_is_told_with_its_line(self):
        self.write("tokens", f"# who\nwriter {digest('s3cret')} write *\n")
        outcome = self.refused("--tokens", "tokens", words=["tokens:2", "'write' is no right"])
        self.assertNotIn("cret", outcome.err)

    def test_a_variable_that_is_wrong_is_named(self):
        self.refused(env={"MILLRACE_QUEUE": "much"}, words=["--queue"])
        self.refused(env={"MILLRACE_CONNECTIONS": "x"}, words=["MILLRACE_CONNECTIONS"])
        self.refused(env={"MILLRACE_CONFIG": "none"}, words=["none"])

    def test_a_file_that_is_wrong_is_told_with_its_key(self):
        for text, words in (('lissten = "x"', "there is no --lissten"), ('config = "x"', "there is no --config that a file may set"),
                            ('[load]\nlisten = "0"', "there is only the section [serve]"), ('queue = "1MiB"\nlisten = "0"\nqueue = "2MiB"', "twice"),
                            ('store = "sqlite:a#b"', "no '#'"), ('connections = "x"', "connections"), ('queue = ["1MiB", "2MiB"]', "queue"),
                            ('help = true', "help")):
            with self.subTest(text=text):
                self.write("c.toml", text + "\n")
                self.refused("--config", "c.toml", words=["c.toml", words])

    def test_variables_of_serve_are_nothing_to_the_others(self):
        self.write("input.ndjson", '{"title":"a"}\n')
        self.assertEqual(self.load("input.ndjson").counts(), (1, 0, 0))
        outcome = self.run_command("load", "input.ndjson", "--to", "sqlite:b.db", "--table", "post", env={"MILLRACE_CONNECTIONS": "x", "MILLRACE_CONFIG": "none"})
        self.assertEqual(outcome.status, 0, outcome.err)

    def test_files_of_tls_that_are_wrong(self):
        self.certify("a")
        self.certify("b")
        for cert, key in (("none", "a.key"), ("a.pem", "none"), ("a.pem", "b.key"), ("a.key", "a.pem")):
            self.refused("--tls-cert", cert, "--tls-key", key, "--listen", "0", words=["--tls-cert", "--tls-key"])

    def test_a_store_that_cannot_be_had(self):
        self.assertEqual(self.run_command("serve", "--store", "sqlite:no/folder/x.db", "--listen", "0").status, 2)
        outcome = self.run_command("serve", "--store", "ws://root:s3cret@127.0.0.1:1/a/b", "--listen", "0")
        self.assertEqual(outcome.status, 3)
        self.assertNotIn("s3cret", outcome.err)


class Sources(Certified, ServeTest):
    def test_the_command_line_beats_the_environment_which_beats_the_file(self):
        self.write("c.toml", '# comment\n[serve]\nstore = "sqlite:file.db"\nlisten = "127.0.0.1:0" # any\nmax-record = "2KiB"\nconnections = 100\n')
        self.serve("--config", "c.toml", store=None, listen=None)
        self.assertEqual(self.events[-1]["store"], "sqlite:file.db")
        self.post({"title": "x" * 900, "content": "x" * 1500}, status=413)
        self.stop()
        self.serve("--config", "c.toml", store=None, listen=None, env={"MILLRACE_STORE": "sqlite:environment.db", "MILLRACE_MAX_RECORD": "4KiB"})
        self.assertEqual(self.events[-1]["store"], "sqlite:environment.db")
        self.post({"title": "x" * 900, "content": "x" * 1500})
        self.stop()
        self.serve(store="sqlite:flag.db", env={"MILLRACE_STORE": "sqlite:environment.db", "MILLRACE_CONFIG": "c.toml"}, listen=None)
        self.assertEqual(self.events[-1]["store"], "sqlite:flag.db")
        self.stop()
        self.assertEqual(self.names(), ["c.toml", "environment.db", "file.db", "flag.db"])

    def test_the_example_names_only_flags_that_are_there(self):
        example = (ROOT / "ops/millrace.toml").read_text()
        settings = re.findall(r"^#?([a-z-]+ = .*)$", example, re.MULTILINE)
        self.assertGreater(len(settings), 12)
        self.write("tokens", f"a {digest('s')} all *\n")
        (self.folder / "password").write_text("")
        self.certify("tls")
        text = "\n".join(settings)
        for old, new in (("/run/credentials/millrace.service/password", "password"), ("/etc/millrace/tokens", "tokens"), ("/var/log/millrace/", ""), ("/etc/millrace/tls", "tls"),
                         ("127.0.0.1:8080", "127.0.0.1:0"), ("127.0.0.1:9464", "127.0.0.1:0")):
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.write("all.toml", text)
        self.serve("--config", "all.toml", store=None, listen=None)
        self.stop()

    def test_the_example_s_commented_values_are_the_defaults(self):
        out = self.run_command("serve", "--help").out
        for name, value in re.findall(r'^#([a-z-]+) = "?([\w:.]+)"?$', (ROOT / "ops/millrace.toml").read_text(), re.MULTILINE):
            if "/" not in value and name != "metrics-listen":
                self.assertRegex(out, rf"--{name} [^\n]*={re.escape(value)}\b", name)

    def test_cors_origins_from_an_array_or_a_list(self):
        self.write("c.toml", 'cors-origin = ["https://a.example", "https://b.example"]\n')
        for flags, env in ((("--config", "c.toml"), {}), (("--cors-origin", "https://a.example", "--cors-origin", "https://b.example"), {}),
                           ((), {"MILLRACE_CORS_ORIGIN": "https://a.example,https://b.example"})):
            self.serve(*flags, env=env)
            for origin, allowed in (("https://a.example", "https://a.example"), ("https://b.example", "https://b.example"), ("https://c.example", None)):
                answer = self.request("GET", "/healthz", headers={"Origin": origin})
                self.assertEqual(answer.headers.get("Access-Control-Allow-Origin"), allowed)
            self.stop()


class Reload(Certified, ServeTest):
    def status_with(self, token, path="/v1/post"):
        return self.request("GET", path, headers={"Authorization": f"Bearer {token}"}).status

    def hang_up(self, event):
        self.process.send_signal(signal.SIGHUP)
        return self.event(event)

    def test_tokens_are_read_again_and_a_wrong_file_changes_nothing(self):
        self.write("tokens", f"one {digest('first')} all *\n")
        os.chmod(self.folder / "tokens", 0o600)
        self.serve("--tokens", "tokens", listen="0.0.0.0:0")
        self.assertEqual([event["event"] for event in self.events if event["level"] != "info"], [])
        self.assertEqual((self.status_with("first"), self.status_with("second")), (200, 401))
        self.write("tokens", f"two {digest('second')} all *\n")
        self.hang_up("reloaded")
        self.assertEqual((self.status_with("first"), self.status_with("second")), (401, 200))
        self.write("tokens", "two none\n")
        self.assertIn("tokens:1", self.hang_up("reload_refused")["message"])
        (self.folder / "tokens").unlink()
        self.assertIn("tokens", self.hang_up("reload_refused")["message"])
        self.assertEqual((self.status_with("first"), self.status_with("second")), (401, 200))
        self.stop()

    def test_tls_and_its_files_are_read_again(self):
        self.certify("tls")
        self.serve("--tls-cert", "tls.pem", "--tls-key", "tls.key")

        def status(authority):
            context = ssl.create_default_context(cafile=self.folder / authority)
            client = http.client.HTTPSConnection("localhost", self.port, timeout=TIME_OUT, context=context)
            try:
                client.request("GET", "/healthz")
                return client.getresponse().status
            finally:
                client.close()

        self.assertEqual(status("tls.pem"), 200)
        os.rename(self.folder / "tls.pem", self.folder / "old.pem")
        self.certify("tls")
        self.hang_up("reloaded")
        self.assertEqual(status("tls.pem"), 200)
        with self.assertRaises(ssl.SSLCertVerificationError):
            status("old.pem")
        self.write("tls.key", "no key")
        self.assertIn("tls.key", self.hang_up("reload_refused")["message"])
        self.assertEqual(status("tls.pem"), 200)
        self.stop()

    def test_a_file_of_tokens_that_others_may_read_is_warned_of(self):
        self.write("tokens", f"one {digest('first')} all *\n")
        os.chmod(self.folder / "tokens", 0o644)
        self.serve("--tokens", "tokens")
        self.assertIn("tokens_readable", [event["event"] for event in self.events])

    def test_the_access_log_follows_a_rotation_and_shows_no_secret(self):
        self.write("tokens", f"one {digest('s3cret-token')} all *\n")
        self.serve("--tokens", "tokens", "--access-log", "access.log", store="sqlite:a.db")
        log = self.folder / "access.log"

        def lines(count):
            self.wait_until(lambda: len(log.read_text().splitlines()) == count if log.exists() else False, f"{count} lines")
            return [json.loads(line) for line in log.read_text().splitlines()]

        self.assertEqual(self.status_with("s3cret-token", "/v1/post?after=&access_token=s3cret-query"), 200)
        self.assertEqual(self.status_with("s3cret-wrong"), 401)
        seen = lines(2)
        self.assertEqual([(line["method"], line["route"], line["path"], line["status"], line.get("token")) for line in seen],
                         [("GET", "/v1/{table}", "/v1/post", 200, "one"), ("GET", "/v1/{table}", "/v1/post", 401, None)])
        self.assertNotIn("s3cret", log.read_text())
        log.rename(self.folder / "access.log.1")
        self.hang_up("reloaded")
        self.request("POST", "/v1/post", '{"title":"a"}', {"Authorization": "Bearer s3cret-token", "X-Request-Id": "mine",
                                                           "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
        [line] = lines(1)
        self.assertEqual((line["request_id"], line["trace_id"], line["status"], line["records"]), ("mine", "4bf92f3577b34da6a3ce929d0e0e4736", 201, 1))
        self.assertGreater(line["seconds"], 0)
        self.assertEqual(line["client"], "127.0.0.1")
        self.stop()
        self.assertNotIn("s3cret", json.dumps(self.events))

    def test_an_access_log_on_standard_output(self):
        self.serve("--access-log", "-")
        self.request("GET", "/healthz")
        [line] = self.stop().splitlines()
        self.assertEqual(json.loads(line)["route"], "/healthz")

    def test_no_secret_in_the_events(self):
        (self.folder / "password").write_text("s3cret-password\n")
        outcome = self.run_command("serve", "--store", "ws://root@127.0.0.1:1/a/b", "--password-file", "password", "--listen", "0")
        self.assertEqual(outcome.status, 3)
        self.assertNotIn("s3cret", outcome.err)


class Ends(ServeTest):
    def test_sigterm_and_sigint_end_it_with_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.serve()
            self.stop(number=number)
            self.assertEqual([event["event"] for event in self.events], ["started", "stopping", "stopped"])

    def test_hang_ups_find_it_at_any_time(self):
        self.serve("--metrics-listen", "0")
        for _ in range(5):
            self.process.send_signal(signal.SIGHUP)
            self.event("reloaded")
        with Connection(self.port) as half:
            half.send(b"POST /v1/post HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n")
            self.assertEqual(self.request("GET", "/healthz").status, 200)  # behind it on the loop
            self.process.send_signal(signal.SIGTERM)
            self.event("stopping")
            self.process.send_signal(signal.SIGHUP)
            self.assertEqual(half.send(b'{"title":"x"}').answer().status, 201)
        self.process.communicate(timeout=60)
        self.assertEqual(self.process.returncode, 0)

    def test_metrics_at_an_address_of_their_own(self):
        self.serve("--metrics-listen", "0")
        port = int(self.events[-1]["metrics"].rsplit(":", 1)[1])
        self.assertIn(b"millrace_build_info", self.request("GET", "/metrics", port=port).body)
        self.assertEqual(self.request("GET", "/metrics").status, 404)
        self.stop()
        self.serve()
        self.assertIn(b"millrace_build_info", self.request("GET", "/metrics").body)

    def test_an_address_that_is_taken(self):
        self.serve()
        outcome = self.run_command("serve", "--store", "memory:", "--listen", str(self.port))
        self.assertEqual(outcome.status, 2)
        self.assertIn("--listen", outcome.err)


if __name__ == "__main__":
    unittest.main()
