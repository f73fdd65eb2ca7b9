// SPDX-License-Identifier: Apache-2.0
#include "millrace/text/nfc.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "support/random.h"
#include "text/mappings.h"

namespace millrace::text {
namespace {

// ICU's sight of a text with invalid bytes: they stay, and what is between them is normalized by itself.
std::string nfc_by_icu(std::string_view text) {
  std::string out, valid;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::int32_t at = 0, size = static_cast<std::int32_t>(text.size()); at < size;) {
    const std::int32_t begin = at;
    UChar32 point = 0;
    U8_NEXT(bytes, at, size, point);
    const std::string_view sequence = text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin));
    if (point >= 0) {
      valid += sequence;
    } else {
      out += icu().nfc(valid);
      out += sequence;
      valid.clear();
    }
  }
  return out + icu().nfc(valid);
}

void expect_nfc(std::string_view text, std::size_t piece_bytes = nfc_piece_bytes) {
  const std::string right = nfc_by_icu(text);
  for (const Simd simd : kinds_of_simd()) {
    const CowString made = nfc_of(text, simd, piece_bytes);
    ASSERT_EQ(made.view(), right) << hex(text) << "\n gives " << hex(made.view()) << "\nwanted " << hex(right);
    ASSERT_EQ(made.is_borrowed(), right == text) << hex(text);
  }
}

// Columns 1 to 5 of NormalizationTest.txt, as UTF-8; and what the file says they are for.
std::vector<std::vector<std::string>> conformance_cases() {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(::popen("bzcat " MILLRACE_UNICODE_FOLDER "/NormalizationTest.txt.bz2", "r"), ::pclose);
  std::string all;
  for (char buffer[65536]; const std::size_t size = std::fread(buffer, 1, sizeof buffer, file.get());) all.append(buffer, size);
  std::vector<std::vector<std::string>> cases;
  std::istringstream lines(all);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#' || line[0] == '@') continue;
    std::vector<std::string> columns;
    std::istringstream fields(line);
    for (std::string field; columns.size() < 5 && std::getline(fields, field, ';');) {
      std::string text;
      std::istringstream numbers(field);
      for (unsigned point; numbers >> std::hex >> point;) text += test::utf8_of(static_cast<UChar32>(point));
      columns.push_back(text);
    }
    cases.push_back(columns);
  }
  return cases;
}

TEST(Nfc, passes_unicodes_conformance_test) {
  const auto cases = conformance_cases();
  ASSERT_GT(cases.size(), 18'000u);
  const auto nfc = [](std::string_view text) { return nfc_of(text, simd_of_processor()).into_owned(); };
  for (const auto& columns : cases) {
    for (const std::size_t source : {0u, 1u, 2u}) ASSERT_EQ(nfc(columns[source]), columns[1]) << hex(columns[source]);
    for (const std::size_t source : {3u, 4u}) ASSERT_EQ(nfc(columns[source]), columns[3]) << hex(columns[source]);
    ASSERT_TRUE(nfc_of(columns[1], simd_of_processor()).is_borrowed());
    // And with text around it that is in NFC already, which ICU does not see.
    ASSERT_EQ(nfc("Über, é, μ, я. " + columns[0] + " über"), "Über, é, μ, я. " + columns[1] + " über");
  }
}

TEST(Nfc, is_that_of_icu_for_every_code_point) {
  for (UChar32 point = 0; point <= 0x10ffff; ++point) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const std::string one = test::utf8_of(point);
    ASSERT_NO_FATAL_FAILURE(expect_nfc(one));
    if (point > 0x3100 && (point < 0xf900 || point > 0x12000)) continue;
    ASSERT_NO_FATAL_FAILURE(expect_nfc("ae" + one + "\u0301"));
  }
}

std::string random_text(test::Random& random) {
  static const std::vector<std::string> pieces = {"a", "e", "é", "U", "\u0301", "\u0308", "\u0323", "\u0345", "\u0327", "α", "ω", "ᾳ", "я", "и", "\u0306",
    "\u1100", "\u1161", "\u11a8", "가", "각", "水", "😀", "\u0958", "\u09c7", "\u09be", "\u212b", "\u2126", "\uf900", "\U0001d15e", "\xff", "\x80", "\xcc",
    "\xe1\x84", "x", " ", "The mill. ", "Über ", "ạ", "\u0f71", "\u0f72", "\u0300"};
  std::string text;
  for (std::size_t count = random.below(30); count != 0; --count) text += pieces[random.below(pieces.size())];
  return text;
}

TEST(Nfc, is_that_of_icu_for_random_texts) {
  test::Random random;
  for (int i = 0; i < 30'000; ++i) ASSERT_NO_FATAL_FAILURE(expect_nfc(random_text(random)));
}

// As a text over 2 GiB would be given to ICU.
TEST(Nfc, is_the_same_in_pieces) {
  test::Random random;
  for (int i = 0; i < 10'000; ++i) {
    const std::string text = random_text(random);
    for (const std::size_t piece_bytes : {1u, 2u, 3u, 7u, 20u}) ASSERT_NO_FATAL_FAILURE(expect_nfc(text, piece_bytes));
  }
}

}  // namespace
}  // namespace millrace::text
