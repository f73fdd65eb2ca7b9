// SPDX-License-Identifier: Apache-2.0
//
// ascii.cc, final_sigma.cc and the tables by way of map_case(), with every kind of instruction.
#include "millrace/text/case_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "millrace/text/properties.h"
#include "support/random.h"
#include "text/mappings.h"

namespace millrace::text {
namespace {

std::string upper(std::string_view text) { return map_case(Mapping::upper, text, simd_of_processor()).into_owned(); }
std::string lower(std::string_view text) { return map_case(Mapping::lower, text, simd_of_processor()).into_owned(); }

bool is_scalar(UChar32 point) { return point < 0xd800 || point > 0xdfff; }

TEST(CaseMap, tables_are_of_icus_version) {
  char version[U_MAX_VERSION_STRING_LENGTH];
  UVersionInfo info;
  u_getUnicodeVersion(info);
  u_versionToString(info, version);
  EXPECT_TRUE(std::string(table_version()).starts_with(version)) << table_version() << ", ICU has " << version;
}

TEST(CaseMap, maps_every_code_point_as_icu_does) {
  for (UChar32 point = 0; point <= 0x10ffff; ++point) {
    if (!is_scalar(point)) continue;
    ASSERT_NO_FATAL_FAILURE(expect_as_icu(test::utf8_of(point)));
  }
}

// Behind more than what is mapped on the stack, and among other text.
TEST(CaseMap, maps_every_code_point_as_icu_does_within_long_texts) {
  const std::string before = std::string(150, '.') + "ÀÉß ", after = " Ωmega, straße" + std::string(40, 'x');
  for (UChar32 point = 0; point < 0x1f000; ++point) {
    if (!is_scalar(point) || (point > 0x3400 && point < 0xa000)) continue;
    ASSERT_NO_FATAL_FAILURE(expect_as_icu(before + test::utf8_of(point) + after));
  }
}

// The code points that SpecialCasing.txt names, all its conditions included.
std::set<UChar32> special_points() {
  std::set<UChar32> points;
  std::ifstream file(MILLRACE_UNICODE_FOLDER "/SpecialCasing.txt");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line.substr(0, line.find('#')));
    for (std::string field; std::getline(fields, field, ';');) {
      std::istringstream numbers(field);
      for (unsigned point; numbers >> std::hex >> point;) points.insert(static_cast<UChar32>(point));
    }
  }
  return points;
}

TEST(CaseMap, maps_every_pair_of_special_casing_as_icu_does) {
  const std::set<UChar32> points = special_points();
  ASSERT_GT(points.size(), 150u);
  std::vector<std::string> others = {"", "a", "Ω", "\u0301", "-", "\xff"};
  for (const UChar32 point : points) others.push_back(test::utf8_of(point));
  for (const UChar32 point : points) {
    for (const std::string& other : others) {
      ASSERT_NO_FATAL_FAILURE(expect_as_icu(test::utf8_of(point) + other));
      ASSERT_NO_FATAL_FAILURE(expect_as_icu(other + test::utf8_of(point)));
    }
  }
}

TEST(CaseMap, knows_a_words_last_sigma) {
  EXPECT_EQ(lower("ΟΔΥΣΣΕΥΣ ΣΟΦΟΣ Σ"), "οδυσσευς σοφος σ");
  const std::vector<std::string> around = {"", "Α", "α", ".", ":", " ", "1", "\u0301", "\u00ad", "\u02b0", "\u2019", "ᾳ", "𝛢", "\xff", "\x80", "\xf0\x9f", std::string(1, '\0')};
  for (const std::string& one : around) {
    for (const std::string& two : around) {
      for (const std::string& three : around) {
        for (const std::string& four : around) ASSERT_NO_FATAL_FAILURE(expect_as_icu(one + two + "Σ" + three + four));
      }
    }
  }
}

TEST(CaseMap, has_room_for_what_grows) {
  for (const std::string_view grows : {"ΐ", "ŉ", "ﬃ", "ɐ", "ᾳ", "ⱥ", "İ", "ẞ", "և", "Ⱥ"}) {
    for (const std::size_t before : {0u, 1u, 100u, 126u, 127u, 128u, 129u, 200u, 5000u}) {
      for (const std::size_t times : {1u, 2u, 7u, 17u, 40u, 1000u}) {
        std::string text(before, 'x');
        for (std::size_t i = 0; i < times; ++i) text += grows;
        ASSERT_NO_FATAL_FAILURE(expect_as_icu(text));
        ASSERT_NO_FATAL_FAILURE(expect_as_icu(text + std::string(77, 'Y')));
      }
    }
  }
}

TEST(CaseMap, finds_the_one_letter_that_changes_wherever_it_is) {
  for (std::size_t size = 0; size < 300; ++size) {
    ASSERT_NO_FATAL_FAILURE(expect_as_icu(std::string(size, '.')));
    for (std::size_t at = 0; at < size; ++at) {
      for (const std::string_view change : {"z", "A", "ß", "\xff"}) {
        std::string text(size, '.');
        text.replace(at, 1, change);
        for (const Simd simd : kinds_of_simd()) {
          for (const Mapping mapping : {Mapping::upper, Mapping::lower}) {
            const CowString mapped = map_case(mapping, text, simd);
            std::string right = text;
            right.replace(at, change.size(), wanted(mapping, change));
            ASSERT_EQ(mapped.view(), right) << size << ' ' << at;
            ASSERT_EQ(mapped.is_borrowed(), right == text);
          }
        }
      }
    }
  }
}

TEST(CaseMap, tells_the_26_letters_from_every_other_byte) {
  for (int byte = 0; byte < 128; ++byte) {
    for (const std::size_t size : {1u, 8u, 16u, 128u, 160u}) ASSERT_NO_FATAL_FAILURE(expect_as_icu(std::string(size, static_cast<char>(byte))));
  }
}

TEST(CaseMap, leaves_invalid_bytes_where_they_are) {
  EXPECT_EQ(upper("a\xff" "b\xc3"), "A\xff" "B\xc3");
  EXPECT_EQ(upper("\xc3" "a\xe2\x82" "b\xf0\x9f\x98" "c\x80"), "\xc3" "A\xe2\x82" "B\xf0\x9f\x98" "C\x80");
  EXPECT_EQ(upper("\xc1\xa1\xe0\x81\xa1\xf0\x80\x81\xa1"), "\xc1\xa1\xe0\x81\xa1\xf0\x80\x81\xa1");  // overlong a
  EXPECT_EQ(upper("\xed\xa0\x80\xf4\x90\x80\x80\xf8\x88\x80\x80\x80"), "\xed\xa0\x80\xf4\x90\x80\x80\xf8\x88\x80\x80\x80");
  for (int one = 0x80; one < 0x100; ++one) {
    for (int two = 0; two < 0x100; ++two) {
      std::string text = {static_cast<char>(one), static_cast<char>(two)};
      ASSERT_NO_FATAL_FAILURE(expect_as_icu(text));
      ASSERT_NO_FATAL_FAILURE(expect_as_icu("a" + text + "bcdefgh"));
    }
  }
}

// ---- random texts

constexpr std::pair<UChar32, UChar32> scripts[] = {{0x20, 0x7f}, {0xa0, 0x250}, {0x250, 0x370}, {0x370, 0x400}, {0x400, 0x530}, {0x530, 0x590},
  {0x590, 0x700}, {0x10a0, 0x1100}, {0x13a0, 0x1400}, {0x1c80, 0x1cc0}, {0x1d00, 0x2000}, {0x2000, 0x2190}, {0x2c00, 0x2d30}, {0x4e00, 0x4f00},
  {0xa640, 0xa800}, {0xab30, 0xabc0}, {0xfb00, 0xfb20}, {0xff20, 0xff60}, {0x10400, 0x10600}, {0x1f600, 0x1f650}};

std::string random_text(test::Random& random, std::size_t runs, bool is_valid) {
  std::string text;
  for (; runs != 0; --runs) {
    const auto [first, end] = scripts[random.below(std::size(scripts))];
    for (std::size_t length = random.below(random.one_in(8) ? 200 : 12); length != 0; --length) {
      text += test::utf8_of(first + static_cast<UChar32>(random.below(static_cast<std::size_t>(end - first))));
    }
    if (random.one_in(3)) text += random.one_in(2) ? "Σ" : "\u0301";
    if (!is_valid && random.one_in(2)) text += static_cast<char>(0x80 + random.below(128));
    if (!is_valid && !text.empty() && random.one_in(3)) text.pop_back();
  }
  return text;
}

TEST(CaseMap, maps_random_texts_as_icu_does) {
  test::Random random;
  for (int i = 0; i < 8000; ++i) ASSERT_NO_FATAL_FAILURE(expect_as_icu(random_text(random, random.below(12), true)));
}

TEST(CaseMap, maps_random_texts_with_invalid_bytes_as_icu_does) {
  test::Random random;
  for (int i = 0; i < 8000; ++i) ASSERT_NO_FATAL_FAILURE(expect_as_icu(random_text(random, random.below(12), false)));
}

TEST(CaseMap, maps_a_large_text) {
  test::Random random;
  std::string text = random_text(random, 200, true);
  while (text.size() < (8u << 20)) text += text;
  const std::string right = icu().upper(text);
  EXPECT_EQ(upper(text), right);
  EXPECT_EQ(upper(right), right);
}

}  // namespace
}  // namespace millrace::text
