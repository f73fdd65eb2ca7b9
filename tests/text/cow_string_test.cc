// SPDX-License-Identifier: Apache-2.0
#include "millrace/text/cow_string.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "text/allocations.h"

namespace millrace {
namespace {

using testing::ElementsAre;

// In the object, in the string's own place, and on the heap.
const std::vector<std::size_t> sizes = {0, 1, 15, 16, 63, 64, 65, 1000};

std::string text_of(std::size_t size) { return std::string(size, 'x').replace(0, size == 0 ? 0 : 1, size == 0 ? "" : "y"); }
CowString filled_with(std::string_view text) {
  return CowString::filled(text.size(), [&](char* out, std::size_t) { return text.copy(out, text.size()); });
}

TEST(CowString, borrows_what_it_is_made_from) {
  const std::string text = "The mill";
  for (const CowString& borrowed : {CowString(text), CowString(std::string_view(text)), CowString(text.c_str())}) {
    EXPECT_TRUE(borrowed.is_borrowed());
    EXPECT_FALSE(borrowed.is_owned());
    EXPECT_EQ(borrowed.data(), text.data());
    EXPECT_EQ(borrowed.size(), text.size());
  }
  EXPECT_TRUE(CowString().is_borrowed());
  EXPECT_TRUE(CowString().empty());
}

TEST(CowString, takes_a_string_over_without_a_copy) {
  std::string text = text_of(1000);
  const char* const place = text.data();
  CowString owned = CowString::owned(std::move(text));
  EXPECT_TRUE(owned.is_owned());
  EXPECT_EQ(owned.data(), place);
  const std::string back = std::move(owned).into_owned();
  EXPECT_EQ(back.data(), place);
  EXPECT_TRUE(owned.empty());
}

TEST(CowString, keeps_its_text_through_every_move) {
  for (const std::size_t size : sizes) {
    const std::string text = text_of(size);
    for (const bool is_filled : {false, true}) {
      auto first = std::make_unique<CowString>(is_filled ? filled_with(text) : CowString::owned(std::string(text)));
      CowString second = std::move(*first);
      first.reset();  // a view into the first object would dangle now
      EXPECT_EQ(second, text);
      EXPECT_TRUE(second.is_owned());
      CowString third = CowString::owned("another, long enough for the heap to hold it");
      third = std::move(second);
      EXPECT_EQ(third, text);
      EXPECT_TRUE(second.empty());
      second = "again";
      EXPECT_EQ(second, "again");
      std::vector<CowString> many;
      for (int i = 0; i < 20; ++i) many.push_back(i % 2 == 0 ? filled_with(text) : CowString::owned(std::string(text)));
      for (const CowString& one : many) EXPECT_EQ(one, text);
    }
  }
}

TEST(CowString, a_copy_borrows_of_the_same_or_owns_its_own) {
  const std::string text = "The mill";
  const CowString borrowed(text);
  const CowString copy = borrowed;
  EXPECT_TRUE(copy.is_borrowed());
  EXPECT_EQ(copy.data(), text.data());
  for (const std::size_t size : sizes) {
    const CowString owned = CowString::owned(text_of(size));
    CowString other = owned;
    EXPECT_TRUE(other.is_owned());
    EXPECT_NE(other.data(), owned.data());
    EXPECT_EQ(other, owned);
    other = borrowed;
    EXPECT_TRUE(other.is_borrowed());
    other = owned;
    EXPECT_EQ(other, owned);
    other = static_cast<const CowString&>(other);
    EXPECT_EQ(other, owned);
  }
}

TEST(CowString, may_be_given_a_part_of_its_own_text) {
  for (const std::size_t size : {10u, 40u, 64u, 65u, 500u}) {
    for (const bool is_filled : {false, true}) {
      const std::string text = "  " + text_of(size - 4) + "  ";
      CowString owned = is_filled ? filled_with(text) : CowString::owned(std::string(text));
      owned = owned.view().substr(2, size - 4);
      EXPECT_TRUE(owned.is_owned());
      EXPECT_EQ(owned, text_of(size - 4));
      owned = owned.view().substr(owned.size());
      EXPECT_TRUE(owned.empty());
    }
  }
}

TEST(CowString, is_copied_once_to_be_changed) {
  const std::string text = text_of(100);
  CowString string(text);
  const auto copied = test::allocations([&] { string.to_mut()->front() = 'z'; });
  EXPECT_EQ(copied, 1u);
  EXPECT_TRUE(string.is_owned());
  EXPECT_EQ(string, "z" + text.substr(1));
  EXPECT_EQ(text.front(), 'y');
  EXPECT_EQ(test::allocations([&] { string.to_mut()->back() = '!'; }), 0u);
  {
    CowString::Edit edit = string.to_mut();
    for (int i = 0; i < 1000; ++i) edit->push_back('+');
    (*edit).erase(0, 1);
  }
  EXPECT_EQ(string, text.substr(1, 98) + "!" + std::string(1000, '+'));
  for (const std::size_t size : sizes) {
    CowString grown = filled_with(text_of(size));
    grown.to_mut()->append("!");
    EXPECT_EQ(grown, text_of(size) + "!");
  }
}

TEST(CowString, allocates_only_for_what_it_has_to_hold) {
  const std::string text = text_of(1000);
  EXPECT_EQ(test::allocations([&] { const CowString borrowed(text), copy(borrowed); }), 0u);
  EXPECT_EQ(test::allocations([&] { filled_with(std::string_view(text).substr(0, 64)); }), 0u);
  EXPECT_EQ(test::allocations([&] { filled_with(std::string_view(text).substr(0, 65)); }), 1u);
  EXPECT_EQ(test::allocations([&] { CowString(filled_with(text)).size(); }), 1u);
  CowString borrowed(text);
  EXPECT_EQ(test::allocations([&] { std::move(borrowed).into_owned(); }), 1u);
}

TEST(CowString, compares_and_hashes_as_its_view_does) {
  const std::string text = "b";
  const CowString borrowed(text), owned = CowString::owned("b"), in_place = filled_with("b");
  EXPECT_EQ(borrowed, owned);
  EXPECT_EQ(in_place, owned);
  EXPECT_EQ(borrowed, "b");
  EXPECT_EQ("b", owned);
  EXPECT_EQ(owned, text);
  EXPECT_EQ(std::string_view("b"), owned);
  EXPECT_NE(owned, "c");
  EXPECT_LT(owned, "c");
  EXPECT_LT("a", owned);
  EXPECT_GT(owned, CowString("a\xff"));
  EXPECT_LT(CowString("z"), CowString("\xff"));  // bytes are unsigned
  EXPECT_EQ(CowString(std::string_view("a\0b", 3)), std::string_view("a\0b", 3));
  EXPECT_EQ(std::hash<CowString>()(owned), std::hash<std::string_view>()("b"));
  EXPECT_EQ(std::hash<CowString>()(in_place), std::hash<CowString>()(borrowed));
}

TEST(CowString, is_found_by_any_string) {
  std::unordered_map<CowString, int, CowString::Hash, std::equal_to<>> counts;
  counts[CowString::owned("mill")] = 1;
  EXPECT_EQ(counts.find(std::string_view("mill"))->second, 1);
  EXPECT_EQ(counts.find(std::string("race")), counts.end());
  EXPECT_EQ(std::unordered_set<CowString>({"a", "b", "a"}).size(), 2u);
  std::map<CowString, int, std::less<>> sorted;
  sorted[CowString::owned("mill")] = 1;
  EXPECT_EQ(sorted.find("mill")->second, 1);
}

TEST(CowString, is_a_text_for_fmt_for_streams_and_for_loops) {
  const CowString text = filled_with("mill");
  EXPECT_EQ(fmt::format("{}|{:>6}", format_as(text), text.view()), "mill|  mill");
  EXPECT_EQ(fmt::format("{:>6}", text), "  mill");
  EXPECT_EQ(std::string(text), "mill");
  std::ostringstream out;
  out << text << '|';
  EXPECT_EQ(out.str(), "mill|");
  EXPECT_THAT(std::vector<char>(text.begin(), text.end()), ElementsAre('m', 'i', 'l', 'l'));
}

TEST(CowStringDeathTest, says_when_it_is_assigned_while_it_is_edited) {
  EXPECT_DEATH({
    CowString text("mill");
    auto edit = text.to_mut();
    edit->append(std::string(200, 'x'));
    text = CowString("other");
  }, "held_ == Held::string");
}

}  // namespace
}  // namespace millrace
