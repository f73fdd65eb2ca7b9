# SPDX-License-Identifier: Apache-2.0
"""Running programs: what does not end is ended, with all that it started."""
import fcntl
import unittest
import unittest.mock

import support
import programs


class Run(support.FolderTest):
    def test_a_time_out_ends_what_the_program_started_too(self):
        path = self.folder / "lock"
        late = ["bash", "-c", f"exec 9>>{path}; flock 9; (sleep 20; echo survived >&9) & wait"]
        with unittest.mock.patch.object(programs, "TIME_OUT", 0.5), self.assertRaisesRegex(programs.Refused, "did not end within 0.5 s"):
            programs.run(late)
        with open(path, "a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # once all that held it are gone
            self.assertEqual(path.read_text(), "")


if __name__ == "__main__":
    unittest.main()
