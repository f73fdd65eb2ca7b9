#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule of tidy.py finds what it is for, and nothing in code that is well."""
import unittest

import tidy

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


def house(**texts):
    """Files by path; `__` stands for a slash and `_dot_` for a dot, as in src__millrace__base__a_dot_cc."""
    return [tidy.File(path.replace("__", "/").replace("_dot_", "."), text.encode()) for path, text in texts.items()]


def errors(path, text):
    return [f"{line}: {message}" for _, line, message in tidy.errors([tidy.File(path, text.encode())])]


def source(text):
    return errors("src/millrace/base/a.cc", SPDX + text)


class Files(unittest.TestCase):
    def test_a_file_that_is_well_has_no_errors(self):
        self.assertEqual(source("int one() { return 1; }\n"), [])
        self.assertEqual(errors("src/millrace/base/a.h", SPDX + "#pragma once\n#include <vector>\n"), [])
        self.assertEqual(errors("README.md", "# millrace\n"), [])

    def test_source_files_have_400_lines_and_tests_600(self):
        self.assertEqual(source("\n" * 399), [])
        self.assertEqual(source("\n" * 400), ["401: 401 lines, more than 400"])
        self.assertEqual(errors("tests/base/a_test.cc", SPDX + "\n" * 599), [])
        self.assertEqual(errors("tests/base/a_test.cc", SPDX + "\n" * 600), ["601: 601 lines, more than 600"])
        self.assertEqual(errors("data.ndjson", "\n" * 1000), [])

    def test_files_have_512_kib(self):
        self.assertEqual(errors("a.bin", "x" * 512 * 1024), [])
        self.assertEqual(errors("a.bin", "x" * (512 * 1024 + 1)), ["1: 524289 bytes, more than 524288"])

    def test_the_license_stands_in_the_first_line_or_behind_the_shebang(self):
        missing = ["1: the first line does not say SPDX-License-Identifier: Apache-2.0"]
        for path in ["src/a.cc", "a.py", "a.mjs", "a.cmake", "src/CMakeLists.txt", "a.sh"]:
            self.assertEqual(errors(path, "\n"), missing, path)
            self.assertEqual(errors(path, "x\n" + SPDX), missing, path)
            self.assertEqual(errors(path, ""), missing, path)
        self.assertEqual(errors("a.py", "#!/usr/bin/env python3\n# SPDX-License-Identifier: Apache-2.0\n"), [])

    def test_headers_have_pragma_once(self):
        self.assertEqual(errors("src/a.h", SPDX), ["1: a header without #pragma once"])

    def test_lock_files_name_no_registry(self):
        self.assertEqual(len(errors("package-lock.json", '{\n "resolved": "https://registry.npmjs.org/a"\n}')), 1)
        self.assertEqual(errors("package-lock.json", '{"resolved": "file:a"}'), [])

    def test_leftovers_are_found_in_any_text(self):
        for word in ["TODO", "FIXME", "XXX", "HACK"]:
            self.assertEqual(errors("docs/a.md", f"\na {word}: b"), [f"2: {word}: do it, or file an issue"])
        self.assertEqual(errors("docs/a.md", "millrace-XXXXXX, todo, HACKER"), [])

    def test_paths_of_one_machine_are_found(self):
        self.assertEqual(errors("docs/a.md", "see /" + "work/main"), ["1: /" + "work/ is a path of one machine"])
        self.assertEqual(errors("docs/a.md", "see '/" + "root/x'"), ["1: /" + "root/ is a path of one machine"])
        self.assertEqual(errors("docs/a.md", "a/work/b, ./work/, https://x.org/work/y"), [])


class Calls(unittest.TestCase):
    def test_banned_calls_are_found_in_src_and_apps(self):
        for call in ["std::cout << std::endl;", 'printf("x");', 'std::fprintf(f, "x");', "snprintf (b, 1, s);", "strcpy(a, b);",
                     "using namespace std;", "int r = rand();", "int r = std::rand ();"]:
            self.assertEqual(len(source(call)), 1, call)
            self.assertEqual(len(errors("apps/millrace/a.cc", SPDX + call)), 1, call)

    def test_what_only_looks_like_one_is_passed_over(self):
        for code in ["// printf(x)\n", "/* std::endl\n printf( */\n", 'auto s = "printf(x)";', 'auto s = R"(rand() "strcpy(")";',
                     "using namespace std::chrono;", "operand(1);", "random.rand(2);", "fmt::print(x);", "int n = 1'000; f('\"');"]:
            self.assertEqual(source(code), [], code)

    def test_the_assertion_may_print(self):
        self.assertEqual(errors("src/millrace/base/assert.cc", SPDX + 'std::fprintf(stderr, "x");'), [])

    def test_entries_are_not_noexcept(self):
        message = "2: a noexcept entry unwinds an uncaught exception and loses its frames: base/uncaught_exception.h"
        for text in ["int main(int, char**) noexcept {}\n", "auto t = std::thread([this]() noexcept { run(); });\n",
                     "void f() { threads_.emplace_back([this, i]() noexcept { run(i); }); }\n", "std::jthread t([] noexcept { run(); });\n"]:
            self.assertEqual(source(text), [message], text)
        for text in ["int main(int, char**) {}\n", "auto t = std::thread([this] { run(); });\n", "void wait() noexcept;\n"]:
            self.assertEqual(source(text), [], text)

    def test_tests_may_print_but_sleep_only_for_a_reason(self):
        self.assertEqual(errors("tests/base/a.cc", SPDX + "std::cout << std::endl;"), [])
        for call in ["std::this_thread::sleep_for(1s);", "usleep(5);", "sleep (1);"]:
            self.assertEqual(len(errors("tests/base/a.cc", SPDX + call)), 1, call)
        self.assertEqual(errors("tests/base/a.cc", SPDX + "sleep_for(1s);  // to be killed at any point"), [])
        self.assertEqual(source("std::this_thread::sleep_for(1s);"), [])


class Functions(unittest.TestCase):
    def lengths(self, code):
        return [last - first + 1 for first, last in tidy.functions(tidy.File("a.cc", code.encode()).code)]

    def test_a_function_over_70_lines_is_found_at_its_signature(self):
        self.assertEqual(source("void f() {\n" + "g();\n" * 68 + "}\n"), [])
        self.assertEqual(source("\nvoid f() {\n" + "g();\n" * 69 + "}\n"), ["3: a function of 71 lines, more than 70"])

    def test_functions_are_found_in_namespaces_and_types(self):
        self.assertEqual(self.lengths("namespace a::b {\nnamespace {\nstruct C final : D<E> {\n  int f() const {\n  }\n};\n}\n}\n"), [2])
        self.assertEqual(self.lengths("template <class T>\nvoid f(T t) {\n}\n"), [3])
        self.assertEqual(self.lengths("class alignas(64) A {\n  A() {}\n};\n"), [1])
        self.assertEqual(self.lengths('extern "C" {\nvoid f() {\n}\n}\n'), [2])

    def test_braces_inside_a_function_belong_to_it(self):
        self.assertEqual(self.lengths("auto f() {\n  if (a) {\n  }\n  auto g = [] {\n  };\n  struct X { int y() { return 1; } };\n}\n"), [7])

    def test_data_is_no_function(self):
        self.assertEqual(self.lengths("constexpr std::array a{\n1,\n2\n};\nint b[] = {\n1};\nauto c = f() = {\n};\nenum class E {\nx };\n"), [])

    def test_braces_in_comments_strings_and_macros_do_not_count(self):
        self.assertEqual(self.lengths("void f() {\n  // {\n  g(\"{\", '{', R\"({)\");\n}\n#define X { \\\n {\nvoid h() {}\n"), [4, 1])

    def test_initialisers_with_braces_do_not_end_the_search(self):
        self.assertEqual(self.lengths("A::A() : a_{1}, b_(2) {\n  x();\n}\nvoid g() {\n}\n")[-1], 2)


class Includes(unittest.TestCase):
    def test_third_parties_stay_in_their_rooms(self):
        for path, header, allowed in [("src/millrace/store/sqlite_store.cc", "sqlite3.h", True),
                                      ("src/millrace/store/store.cc", "sqlite3.h", False),
                                      ("src/millrace/decode/a.cc", "simdjson.h", True),
                                      ("src/millrace/record/a.cc", "simdjson.h", True),
                                      ("src/millrace/base/a.cc", "simdjson.h", False),
                                      ("src/millrace/text/a.cc", "unicode/uchar.h", True),
                                      ("src/millrace/record/a.cc", "unicode/uchar.h", False),
                                      ("src/millrace/parallel/spread.cc", "oneapi/tbb/info.h", True),
                                      ("src/millrace/parallel/a.cc", "oneapi/tbb/info.h", False),
                                      ("src/millrace/net/a.cc", "boost/asio.hpp", True),
                                      ("src/millrace/base/a.cc", "boost/asio.hpp", False),
                                      ("src/millrace/base/a.cc", "boost/unordered/unordered_flat_map.hpp", True),
                                      ("apps/millrace/a.cc", "sqlite3.h", False),
                                      ("tests/record/a.cc", "simdjson.h", True)]:
            self.assertEqual(len(errors(path, SPDX + f"#include <{header}>\n")), 0 if allowed else 1, (path, header))

    def test_public_headers_include_ours_and_the_standard_librarys_only(self):
        text = SPDX + "#pragma once\n#include <fmt/format.h>\n#include <vector>\n#include \"millrace/base/b.h\"\n"
        room = "# SPDX-License-Identifier: Apache-2.0\nmillrace_room(base\n  HEADERS a.h\n    b.h\n  SOURCES c.cc c.h\n  LINKS fmt)\n"
        files = house(src__millrace__base__CMakeLists_dot_txt=room, src__millrace__base__b_dot_h=text, src__millrace__base__c_dot_h=text)
        self.assertEqual([(path, line) for path, line, _ in tidy.errors(files)], [("src/millrace/base/b.h", 3)])
        text = text.replace("#include <fmt/format.h>", "#if __has_include(<sys/sdt.h>)\n#include <sys/sdt.h>\n#endif")
        files = house(src__millrace__base__CMakeLists_dot_txt=room, src__millrace__base__b_dot_h=text)
        self.assertEqual(list(tidy.errors(files)), [])

    def test_rooms_have_telling_names(self):
        for room in ["util", "common", "core", "helpers", "manager"]:
            self.assertEqual(len(errors(f"src/millrace/{room}/a.cc", SPDX)), 1, room)


class Warnings(unittest.TestCase):
    def test_a_source_that_no_test_of_its_room_mentions_is_named(self):
        files = house(src__millrace__base__a_dot_cc=SPDX, src__millrace__base__b_dot_cc=SPDX, src__millrace__base__c_dot_cc=SPDX,
                      tests__base__a_test_dot_cc=SPDX, tests__base__other_dot_cc="// of b", tests__record__c_test_dot_cc="c")
        self.assertEqual(list(tidy.untested_sources(files)), ["no file under tests/base mentions c"])


if __name__ == "__main__":
    unittest.main()
