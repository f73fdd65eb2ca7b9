// SPDX-License-Identifier: Apache-2.0
#include "millrace/text/text.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "support/icu_oracle.h"
#include "text/allocations.h"

namespace millrace::text {
namespace {

using Function = std::function<CowString(std::string_view)>;
const std::vector<std::pair<const char*, Function>> functions = {
  {"uppercase", uppercase}, {"lowercase", lowercase}, {"case_fold", case_fold}, {"normalize_nfc", normalize_nfc}, {"trim", trim},
  {"trim_start", trim_start}, {"trim_end", trim_end}, {"process_string", process_string}};

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += text;
  return out;
}

TEST(Text, maps_as_unicode_has_it) {
  EXPECT_EQ(uppercase("grüße, Ελλάδα, мир, ﬁn, ŉ"), "GRÜSSE, ΕΛΛΆΔΑ, МИР, FIN, ʼN");
  EXPECT_EQ(lowercase("GRÜẞE, ΟΔΥΣΣΕΥΣ, МИР, İ"), "grüße, οδυσσευς, мир, i\u0307");
  EXPECT_EQ(case_fold("Straße ΟΔΥΣΣΕΥΣ"), case_fold("STRASSE Οδυσσευς"));
  EXPECT_EQ(normalize_nfc("e\u0301"), "é");
  EXPECT_EQ(process_string("hello 1"), "HELLO 1");
  EXPECT_TRUE(process_string("HELLO 1").is_borrowed());  // the source document's test for upper case would not have it
}

TEST(Text, borrows_and_allocates_nothing_when_nothing_changes) {
  const std::vector<std::pair<Function, std::string_view>> unchanged = {
    {uppercase, "THE MILL, 1848. "}, {uppercase, "МЕЛЬНИЦА ÜBER ΜΎΛΟΣ 水車 😀 ª\xff"}, {lowercase, "the mill, 1848. "},
    {lowercase, "мельница über μύλος ß 水車 😀\xff"}, {case_fold, "мельница ueber 水車 😀 "}, {normalize_nfc, "Über μύλος 水車 한국 😀\xff "}};
  for (const auto& [function, text] : unchanged) {
    for (const std::size_t size : {1u, 20u, 100u, 200u, 4096u, 1u << 20}) {
      const std::string given = repeated(text, size);
      EXPECT_EQ(test::allocations([&] {
        const CowString made = function(given);
        EXPECT_TRUE(made.is_borrowed()) << text;
        EXPECT_EQ(made.data(), given.data());
        EXPECT_EQ(made.size(), given.size());
      }), 0u) << text << ' ' << size;
    }
  }
}

TEST(Text, allocates_once_when_something_changes_and_twice_when_it_grows) {
  for (const std::string_view text : {"The mill, 1848. ", "Über die Straße ", "Мельница ", "Ο μύλος ", "水車 a 😀 ", "ﬃ x"}) {
    for (const std::size_t size : {65u, 100u, 128u, 129u, 4096u, 1u << 20}) {
      const std::string given = repeated(text, size);
      EXPECT_EQ(test::allocations([&] { EXPECT_TRUE(uppercase(given).is_owned()); }), 1u) << text << ' ' << size;
    }
    const std::string small = repeated(text, 40).substr(0, 40);
    EXPECT_EQ(test::allocations([&] { EXPECT_TRUE(uppercase(small).is_owned()); }), 0u) << text;
  }
  const std::string grows = repeated("ΐŉ", 4096);
  EXPECT_EQ(test::allocations([&] { uppercase(grows); }), 2u);
  const std::string nearly = repeated("The mill, 1848. ", 4096) + "ŉŉŉŉ";
  EXPECT_LE(test::allocations([&] { uppercase(nearly); }), 2u);
}

TEST(Text, nested_calls_of_a_short_text_allocate_nothing) {
  const std::string given = "  grüße, grüße, grüße, grüße  ";
  EXPECT_EQ(test::allocations([&] {
    const CowString made = trim(uppercase(trim(uppercase(given))));
    EXPECT_EQ(made, "GRÜSSE, GRÜSSE, GRÜSSE, GRÜSSE");
  }), 0u);
}

TEST(Text, takes_over_what_a_temporary_holds) {
  for (const std::size_t size : {3u, 15u, 40u, 64u, 65u, 3000u}) {
    const std::string text = "  " + repeated("THE MILL ", size).substr(0, size) + "  ";
    for (const auto& function : {std::function<CowString(std::string)>([](std::string given) { return uppercase(std::move(given)); }),
                                 std::function<CowString(std::string)>([](std::string given) { return normalize_nfc(std::move(given)); })}) {
      std::string given = text;
      const char* const place = given.data();
      const CowString made = function(std::move(given));
      EXPECT_TRUE(made.is_owned());
      EXPECT_EQ(made, text);
      EXPECT_TRUE(size < 40 || made.data() == place) << "copied";
    }
    const CowString trimmed = trim(std::string(text));
    EXPECT_TRUE(trimmed.is_owned());
    EXPECT_EQ(trimmed, trim(text));
    EXPECT_EQ(trim_start(std::string(text)), trim_start(text));
    EXPECT_EQ(trim_end(std::string(text)), trim_end(text));
    EXPECT_EQ(lowercase(std::string(text)), lowercase(text));
    const std::string constant = text;
    EXPECT_TRUE(uppercase(std::move(constant)).is_owned());  // a const temporary, which is copied
    EXPECT_EQ(process_string(std::string(text)), text);
  }
}

TEST(Text, can_be_nested) {
  const std::string text = "  The Mill  ";
  const CowString part = trim(CowString(text));
  EXPECT_TRUE(part.is_borrowed());
  EXPECT_EQ(part.data(), text.data() + 2);
  EXPECT_EQ(case_fold(trim(text)), "the mill");
  EXPECT_EQ(uppercase(trim(text.substr(1))), "THE MILL");
  const CowString twice = trim(uppercase(text));  // of an owned temporary
  EXPECT_TRUE(twice.is_owned());
  EXPECT_EQ(twice, "THE MILL");
  const CowString kept = uppercase(text);
  const CowString of_kept = trim(kept);
  EXPECT_TRUE(of_kept.is_borrowed());
  EXPECT_EQ(of_kept.data(), kept.data() + 2);
  CowString itself = "  The Mill  ";
  itself = uppercase(itself);
  itself = trim(itself);
  EXPECT_EQ(itself, "THE MILL");
}

TEST(Text, takes_any_kind_of_text) {
  std::string string = "mill";
  const char* const pointer = "mill";
  const CowString text = "mill";
  EXPECT_EQ(uppercase("mill"), "MILL");
  EXPECT_EQ(uppercase(pointer), "MILL");
  EXPECT_EQ(uppercase(string), "MILL");
  EXPECT_EQ(uppercase(std::string_view("mill")), "MILL");
  EXPECT_EQ(uppercase(text), "MILL");
  EXPECT_EQ(uppercase(string + "s"), "MILLS");
}

TEST(Text, of_nothing_is_nothing) {
  for (const auto& [name, function] : functions) {
    EXPECT_TRUE(function({}).empty()) << name;
    EXPECT_TRUE(function("").is_borrowed()) << name;
    EXPECT_EQ(function(std::string_view("\0", 1)), std::string_view("\0", 1)) << name;
  }
  EXPECT_TRUE(trim(std::string()).empty());
  EXPECT_TRUE(uppercase(CowString()).empty());
}

TEST(Text, a_nul_is_a_character) {
  EXPECT_EQ(uppercase(std::string_view("a\0b\0ß", 6)), std::string_view("A\0B\0SS", 6));
  EXPECT_EQ(trim(std::string_view(" \0 ", 3)), std::string_view("\0", 1));
}

TEST(Text, trims_what_unicode_calls_white_space_and_nothing_else) {
  for (UChar32 point = 0; point <= 0x10ffff; ++point) {
    if (point >= 0xd800 && point < 0xe000) continue;
    const std::string one = test::utf8_of(point), text = one + one + "a" + one + "b" + one;
    const std::size_t cut = u_isUWhiteSpace(point) != 0 ? one.size() : 0;
    ASSERT_EQ(trim(text), text.substr(2 * cut, text.size() - 3 * cut)) << point;
    ASSERT_EQ(trim_start(text), text.substr(2 * cut)) << point;
    ASSERT_EQ(trim_end(text), text.substr(0, text.size() - cut)) << point;
    ASSERT_EQ(trim(one).empty(), cut != 0) << point;
  }
  EXPECT_EQ(trim(" \xa0 \x85"), "\xa0 \x85");          // alone they are invalid
  EXPECT_EQ(trim("\xe3\x80 a \xe3\x80"), "\xe3\x80 a \xe3\x80");
}

}  // namespace
}  // namespace millrace::text
