// SPDX-License-Identifier: Apache-2.0
//
// What functions are made of: statistics, orders of texts, the calendar, patterns, edit distances.
#include <gmock/gmock.h>

#include "millrace/surrealql/civil_time.h"
#include "millrace/surrealql/integer_range.h"
#include "millrace/surrealql/mail_address.h"
#include "millrace/surrealql/regex.h"
#include "millrace/surrealql/rust_pattern.h"
#include "millrace/surrealql/semantic_version.h"
#include "millrace/surrealql/statistics.h"
#include "millrace/surrealql/text_compare.h"
#include "millrace/surrealql/time_format.h"
#include "millrace/surrealql/url.h"
#include "support/random.h"
#include "surrealql/function_case.h"

namespace millrace::surrealql::test {
namespace {

TEST(Welford, of_parts_put_together_is_that_of_the_whole) {
  Welford whole;
  Welford parts[3];
  for (int i = 0; i < 300; ++i) {
    const double number = i * 1.25 + 1e6;
    whole.add(number);
    parts[i % 3].add(number);
  }
  parts[0].merge(parts[1]);
  parts[0].merge(parts[2]);
  Welford none;
  parts[0].merge(none);
  none.merge(parts[0]);
  EXPECT_EQ(whole.count(), 300u);
  EXPECT_NEAR(parts[0].variance(), whole.variance(), 1e-9 * whole.variance());
  EXPECT_EQ(none.variance(), parts[0].variance());
  EXPECT_EQ(Welford().variance(), 0.0);
}

TEST(Welford, is_near_to_two_passes) {
  Evaluation evaluation;
  std::vector<Datum> numbers;
  Welford one_pass;
  for (int i = 0; i < 100; ++i) {
    numbers.push_back(Datum::of_real(i * i * 0.5));
    one_pass.add(i * i * 0.5);
  }
  EXPECT_NEAR(variance_of(numbers, evaluation).real(), one_pass.variance(), 1e-9 * one_pass.variance());
}

TEST(CompareText, is_an_order) {
  const std::vector<std::string> texts = {"",  "a",  "A",  "á",   "Á",   "b", "ab", "a b", "a-b",  "a_b",  "1", "01",
                                          "2", "10", "a1", "a01", "a10", "ß", "ss", "Щ",   "shch", "北京", "½"};
  for (const TextOrder order : {TextOrder{}, TextOrder{.is_lexical = true}, TextOrder{.is_natural = true},
                                TextOrder{.is_lexical = true, .is_natural = true}}) {
    for (const auto& a : texts) {
      for (const auto& b : texts) {
        EXPECT_EQ(compare_text(a, b, order) == 0, a == b) << a << " " << b;
        EXPECT_EQ(compare_text(a, b, order) < 0, compare_text(b, a, order) > 0) << a << " " << b;
        for (const auto& c : texts) {
          const bool is_chain = compare_text(a, b, order) < 0 && compare_text(b, c, order) < 0;
          EXPECT_TRUE(!is_chain || compare_text(a, c, order) < 0) << a << " " << b << " " << c;
        }
      }
    }
  }
}

TEST(CivilTime, comes_back_for_days_of_every_year) {
  for (std::int64_t year = year_min; year <= year_max; year += 997) {
    for (const auto& [month, day] : {std::pair{1, 1}, {2, 28}, {3, 1}, {12, 31}}) {
      const auto days = days_since_1970(year, month, day);
      ASSERT_TRUE(days);
      const CivilTime back = civil_time(*days * seconds_in_day + 86399);
      EXPECT_EQ(back.year, year);
      EXPECT_EQ(back.month, static_cast<unsigned>(month));
      EXPECT_EQ(back.day, static_cast<unsigned>(day));
      EXPECT_EQ(back.second, 59u);
    }
    EXPECT_EQ(days_since_1970(year, 2, 29).has_value(), is_leap_year(year));
  }
  EXPECT_EQ(days_since_1970(2024, 2, 30), std::nullopt);
  EXPECT_EQ(days_since_1970(year_max + 1, 1, 1), std::nullopt);
  EXPECT_EQ(iso_week(*days_since_1970(2021, 1, 3)).week, 53u);
  EXPECT_EQ(iso_week(*days_since_1970(2021, 1, 3)).year, 2020);
}

TEST(TimeFormat, is_read_as_it_is_written) {
  millrace::test::Random random;
  for (int i = 0; i < 2000; ++i) {
    const auto seconds = static_cast<std::int64_t>(random.below(8'000'000'000)) - 4'000'000'000;
    const auto nanoseconds = static_cast<std::uint32_t>(random.below(1'000'000'000));
    for (const char* const format : {"%Y-%m-%d %H:%M:%S%.f", "%G-W%V-%u %T", "%Y-%j %I:%M %p", "%d %B %Y %R",
                                     "%a %b %e %k:%M:%S %Y", "%Y %U %w %R", "%Y %W %A %R", "%s", "%+"}) {
      std::string text;
      ASSERT_TRUE(append_time(text, seconds, nanoseconds, format));
      EXPECT_TRUE(matches_time_format(text, format)) << text << " " << format;
      EXPECT_FALSE(matches_time_format(text + "x", format)) << text << " " << format;
    }
  }
}

TEST(RustPattern, is_translated) {
  EXPECT_EQ(re2_pattern(R"(\d+)"), R"([\p{Nd}]+)");
  EXPECT_EQ(re2_pattern(R"([\d.])"), R"([\p{Nd}.])");
  EXPECT_EQ(re2_pattern(R"((?<x>a)\u{41}\u0042\.)"), R"((?P<x>a)\x{41}\x{0042}\.)");
  EXPECT_EQ(re2_pattern(R"(\p{Script=Latin})"), R"(\p{Latin})");
  EXPECT_EQ(re2_pattern("a{1, 2}"), "a{1,2}");
  for (const char* const refused : {"[a&&b]", "[[a]b]", "(?x)a", R"(\Qa)", R"(\C)", "a{,2}", "{", "[a", R"(\)", R"(\1)"})
    EXPECT_EQ(re2_pattern(refused), std::nullopt) << refused;
  for (const char* const hostile : {"(", "[", "\\", "\\u", "\\u{", "\\p{", "[\\", "(?", "(?<", "[[:", "\\x{"})
    EXPECT_FALSE(Regex::compile(hostile)) << hostile;
}

TEST(Regex, finds_each_match_once) {
  const auto found = [](std::string_view pattern, std::string_view text) {
    std::string out;
    (*Regex::compile(pattern))->find_each(text, [&](std::size_t begin, std::size_t end) {
      out += std::to_string(begin) + "-" + std::to_string(end) + " ";
      return true;
    });
    return out;
  };
  EXPECT_EQ(found("a", "banana"), "1-2 3-4 5-6 ");
  EXPECT_EQ(found("a*", "baac"), "0-0 1-3 4-4 ");
  EXPECT_EQ(found("", "né"), "0-0 1-1 3-3 ");
  EXPECT_EQ(found("^a", "aa"), "0-1 ");
  EXPECT_EQ(found("x", ""), "");
}

TEST(IntegerRange, is_cut_to_what_is_there) {
  const auto bounds = [](std::optional<std::int64_t> from, std::optional<std::int64_t> to, bool from_excluded = false,
                         bool to_included = false) {
    const SliceBounds result = slice_bounds({from, to, from_excluded, to_included}, 5);
    return result.is_empty ? std::pair<std::size_t, std::size_t>{1, 0} : std::pair{result.begin, result.last};
  };
  const std::pair<std::size_t, std::size_t> empty{1, 0};
  EXPECT_EQ(bounds(1, 3), (std::pair<std::size_t, std::size_t>{1, 2}));
  EXPECT_EQ(bounds(-2, {}), (std::pair<std::size_t, std::size_t>{3, SIZE_MAX}));
  EXPECT_EQ(bounds(INT64_MIN, INT64_MAX), (std::pair<std::size_t, std::size_t>{0, INT64_MAX - 1}));
  EXPECT_EQ(bounds(INT64_MAX, {}, true), empty);
  EXPECT_EQ(bounds({}, INT64_MIN), empty);
  EXPECT_EQ(bounds({}, INT64_MIN, false, true), (std::pair<std::size_t, std::size_t>{0, 0}));
  EXPECT_EQ(bounds(3, 1), empty);
}

// The table of all prefixes, which is slow and plain.
std::size_t plain_damerau_levenshtein(const std::string& a, const std::string& b) {
  const std::size_t far = a.size() + b.size() + 1;
  std::vector<std::vector<std::size_t>> d(a.size() + 2, std::vector<std::size_t>(b.size() + 2, far));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i + 1][1] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[1][j + 1] = j;
  std::size_t last_row[256] = {};
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t last_column = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t k = last_row[static_cast<unsigned char>(b[j - 1])];
      const std::size_t l = last_column;
      if (a[i - 1] == b[j - 1]) last_column = j;
      d[i + 1][j + 1] = std::min(
          {d[i][j] + (a[i - 1] != b[j - 1]), d[i + 1][j] + 1, d[i][j + 1] + 1, d[k][l] + (i - k - 1) + 1 + (j - l - 1)});
    }
    last_row[static_cast<unsigned char>(a[i - 1])] = i;
  }
  return d[a.size() + 1][b.size() + 1];
}

TEST(DamerauLevenshtein, in_three_rows_is_that_of_the_whole_table) {
  millrace::test::Random random;
  const auto word = [&] {
    std::string text;
    for (std::size_t size = random.below(12); size > 0; --size) text += static_cast<char>('a' + random.below(4));
    return text;
  };
  for (int i = 0; i < 3000; ++i) {
    const std::string a = word();
    const std::string b = word();
    EXPECT_EQ(called("string::distance::damerau_levenshtein('" + a + "', '" + b + "')"),
              std::to_string(plain_damerau_levenshtein(a, b)))
        << a << " " << b;
  }
}

TEST(Parsers, end_on_any_text) {
  millrace::test::Random random;
  constexpr std::string_view pieces = "a1.:/@[]?#%-+\\\"' {}()|\xc3\xa9\xff";
  for (int i = 0; i < 20000; ++i) {
    std::string text = random.below(3) == 0 ? "http://" : "";
    for (std::size_t size = random.below(12); size > 0; --size) text += pieces[random.below(pieces.size())];
    parse_url(text);
    parse_mail_address(text);
    parse_ipv6(text);
    parse_semantic_version(text);
    parse_ulid_milliseconds(text);
    matches_time_format(text, "%" + text);
    std::string out;
    append_time(out, 0, 0, text);
    re2_pattern(text);
    Evaluation evaluation;
    for (const char* const name :
         {"string::slug", "string::capitalize", "string::reverse", "string::words", "string::len", "string::is_alpha"}) {
      const Datum argument = Datum::of_string(text);
      find_function(name)->run({&argument, 1}, evaluation);
    }
    EXPECT_FALSE(evaluation.failed());
  }
}

}  // namespace
}  // namespace millrace::surrealql::test
