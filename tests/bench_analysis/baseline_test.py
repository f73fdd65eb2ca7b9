# SPDX-License-Identifier: Apache-2.0
"""What a saved run says of the build that it is of."""
import unittest

import support
import baseline


class Build(support.FolderTest):
    def test_flags_name_the_switches_that_are_on(self):
        (self.folder / "CMakeCache.txt").write_text(
            "CMAKE_BUILD_TYPE:STRING=Release\nCMAKE_CXX_FLAGS:STRING=-march=native\nCMAKE_CXX_FLAGS_RELEASE:STRING=-O3\nMILLRACE_LTO:BOOL=ON\n"
            "MILLRACE_PGO:STRING=use\nMILLRACE_PROFILE:BOOL=OFF\nMILLRACE_SANITIZE:STRING=\nMILLRACE_TESTS:BOOL=ON\n")
        self.assertEqual(baseline.build(self.folder / "bin/program")["flags"], "-march=native -O3 MILLRACE_LTO=ON MILLRACE_PGO=use")


if __name__ == "__main__":
    unittest.main()
