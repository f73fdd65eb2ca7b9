# SPDX-License-Identifier: Apache-2.0
"""`millrace serve` as a service: what it says to systemd, and its unit file as systemd's own tools judge it."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from serving import ServeTest, digest
from support import MILLRACE, ROOT, TIME_OUT, CommandTest

EXPOSURE_MOST = 15  # tenths: 1.2, of which the network and the host's root folder are the most


class Notify(ServeTest):
    def setUp(self):
        super().setUp()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.settimeout(TIME_OUT)

    def bind(self, address=None):
        folder = tempfile.mkdtemp(prefix="mr-")  # a socket's path is short
        self.addCleanup(shutil.rmtree, folder)
        address = address or f"{folder}/s"
        self.socket.bind(address.replace("@", "\0"))
        return address

    def told(self):
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().splitlines())

    def told_next(self, *names):
        """The next message that is none of WATCHDOG=1."""
        while "WATCHDOG" in (said := self.told()):
            pass
        self.assertEqual(tuple(said), names)
        return said

    def test_ready_reloading_and_stopping_are_told(self):
        self.write("tokens", f"a {digest('s')} all *\n")
        self.serve("--tokens", "tokens", env={"NOTIFY_SOCKET": self.bind()})
        self.assertEqual(self.told(), {"READY": "1"})
        self.process.send_signal(signal.SIGHUP)
        self.assertEqual(self.told_next("RELOADING", "MONOTONIC_USEC")["RELOADING"], "1")
        self.told_next("READY")
        self.write("tokens", "wrong\n")
        self.process.send_signal(signal.SIGHUP)
        self.told_next("RELOADING", "MONOTONIC_USEC")
        self.told_next("READY")
        self.stop()
        self.told_next("STOPPING")

    def test_an_abstract_socket(self):
        self.serve(env={"NOTIFY_SOCKET": self.bind(f"@millrace-test-{os.getpid()}")})
        self.assertEqual(self.told(), {"READY": "1"})

    def test_it_is_alive_when_it_is_watched(self):
        self.serve(env={"NOTIFY_SOCKET": self.bind(), "WATCHDOG_USEC": "20000"})
        seen = [self.told() for _ in range(6)]
        self.assertGreaterEqual(seen.count({"WATCHDOG": "1"}), 4, seen)
        self.process.send_signal(signal.SIGSTOP)  # nobody is alive now
        self.addCleanup(self.process.send_signal, signal.SIGCONT)
        self.socket.setblocking(False)
        try:
            while True:
                self.socket.recv(4096)
        except BlockingIOError:
            pass
        self.socket.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            self.socket.recv(4096)

    def test_it_is_not_watched_in_another_s_place(self):
        self.serve(env={"NOTIFY_SOCKET": self.bind(), "WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"})
        self.assertEqual(self.told(), {"READY": "1"})
        self.stop()
        self.assertEqual(self.told(), {"STOPPING": "1"})

    def test_a_socket_that_is_not_there_is_no_matter(self):
        for address in ("/no/such/socket", "relative", "@", "/" + "x" * 200, ""):
            self.serve(env={"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "x"})
            self.stop()

    def test_nothing_is_told_of_what_never_was_ready(self):
        self.run_command("serve", "--store", "memory:", "--listen", "0.0.0.0:0", env={"NOTIFY_SOCKET": self.bind()})
        self.socket.setblocking(False)
        with self.assertRaises(BlockingIOError):
            self.socket.recv(4096)


class Unit(CommandTest):
    """With this build in the place of the installed command."""

    def setUp(self):
        super().setUp()
        text = (ROOT / "ops/millrace.service").read_text()
        self.assertEqual(text.count("/usr/bin/millrace "), 1)
        self.unit = self.folder / "millrace.service"
        self.unit.write_text(text.replace("/usr/bin/millrace ", f"{pathlib.Path(MILLRACE).resolve()} "))

    def analyze(self, *args):
        return subprocess.run(["systemd-analyze", *args, str(self.unit)], capture_output=True, text=True, timeout=TIME_OUT, check=False)

    def test_systemd_takes_it(self):
        done = self.analyze("verify", "--man=no")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.unit.write_text(self.unit.read_text().replace("Type=notify", "Type=notifi"))
        self.assertIn("notifi", self.analyze("verify", "--man=no").stderr)

    def test_it_exposes_little(self):
        done = self.analyze("security", "--offline=yes", "--no-pager", f"--threshold={EXPOSURE_MOST}")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_it_stops_later_than_the_command_gives_up(self):
        self.assertIn("TimeoutStopSec=90", self.unit.read_text())
        self.assertRegex(self.run_command("serve", "--help").out, r"--stop-within [^\n]*=30s")


if __name__ == "__main__":
    unittest.main()
