// SPDX-License-Identifier: Apache-2.0
//
// SurrealQL's literals for tests: [1, 2f, 3dec, 'a', d'2020-01-01T00:00:00Z', 1h, u'…', b"00ff", a:1, /x/, {a: 1}, 1..=2].
// The text is right, or the test is wrong. What a Datum points at is in the arena, or in the text; a regex in this thread's
// cache.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "millrace/base/assert.h"
#include "millrace/surrealql/arena.h"
#include "millrace/surrealql/escapes.h"
#include "millrace/surrealql/members.h"
#include "millrace/surrealql/operations.h"
#include "millrace/surrealql/record_text.h"
#include "millrace/surrealql/regex.h"
#include "millrace/surrealql/text_forms.h"
#include "millrace/surrealql/token.h"

namespace millrace::surrealql::test {

class LiteralParser {
 public:
  LiteralParser(std::string_view text, Arena& arena) : text_(text), arena_(arena) {}

  Datum whole() {
    const Datum datum = value();
    MILLRACE_ASSERT(at_ == text_.size());
    return datum;
  }

 private:
  bool eat(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool at_value() { return at_ < text_.size() && !std::string_view(" ,]}").contains(text_[at_]); }

  Datum value() {
    skip_space();
    DatumRange range;
    if (!text_.substr(at_).starts_with("..")) {
      range.from = primary();
      range.has_from = true;
    }
    range.from_excluded = range.has_from && eat(">");
    if (!eat("..")) return range.from;
    range.to_included = eat("=");
    range.has_to = at_value();
    if (range.has_to) range.to = primary();
    return Datum::of_range(arena_.make(range));
  }

  std::string_view quoted() {
    const char quote = text_[at_++];
    std::string out;
    while (text_[at_] != quote) {
      if (text_[at_] != '\\') {
        out += text_[at_++];
      } else {
        MILLRACE_ASSERT(read_escape(text_, at_, out).empty());
      }
    }
    ++at_;
    return arena_.copy(out);
  }

  Datum primary() {
    const char c = text_[at_];
    if (c == '[') return array();
    if (c == '{') return object();
    if (c == '/') return regex();
    if (c == '\'' || c == '"') return Datum::of_string(quoted());
    for (const auto& [word, datum] : {std::pair{"NONE", Datum::none()},
                                      {"NULL", Datum::null()},
                                      {"true", Datum::of_boolean(true)},
                                      {"false", Datum::of_boolean(false)},
                                      {"NaN", Datum::of_real(std::numeric_limits<double>::quiet_NaN())},
                                      {"-NaN", Datum::of_real(-std::numeric_limits<double>::quiet_NaN())},
                                      {"Infinity", Datum::of_real(std::numeric_limits<double>::infinity())},
                                      {"-Infinity", Datum::of_real(-std::numeric_limits<double>::infinity())}}) {
      if (eat(word)) return datum;
    }
    const char quote = at_ + 1 < text_.size() ? text_[at_ + 1] : ' ';
    if ((c == 'd' || c == 'u' || c == 'b') && (quote == '\'' || quote == '"')) return prefixed(c);
    return c == '-' || (c >= '0' && c <= '9') ? number() : record();
  }

  Datum prefixed(char kind) {
    ++at_;
    const std::string_view text = quoted();
    if (kind == 'd') {
      const auto instant = parse_datetime(text);
      MILLRACE_ASSERT(instant.has_value());
      return Datum::of_datetime(instant->seconds, instant->nanoseconds);
    }
    if (kind == 'u') {
      std::uint8_t bytes[16];
      MILLRACE_ASSERT(parse_uuid_text(text, bytes));
      return Datum::of_uuid(
          reinterpret_cast<const std::uint8_t*>(arena_.copy({reinterpret_cast<const char*>(bytes), 16}).data()));
    }
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); i += 2)
      bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
    return Datum::of_bytes(arena_.copy(bytes));
  }

  Datum number() {
    const std::size_t end = std::min(text_.find_first_of(" ,]}>.", at_), text_.size());
    if (const auto duration = parse_duration_text(text_.substr(at_, end - at_))) {
      at_ = end;
      return Datum::of_duration(duration->seconds, duration->nanoseconds);
    }
    const bool negative = eat("-");
    Lexer lexer(text_.substr(at_));
    const Token token = lexer.next();
    MILLRACE_ASSERT(token.kind == TokenKind::number);
    at_ += token.span.size;
    if (token.text == "9223372036854775808") return Datum::of_integer(std::numeric_limits<std::int64_t>::min());
    const Datum datum = to_datum(token.value, arena_);
    if (!negative) return datum;
    Evaluation evaluation;
    return deep_copy(negate(datum, evaluation), arena_);
  }

  Datum record() {
    std::size_t end = at_;
    for (bool quoted = false; end < text_.size() && (quoted || !std::string_view(" ,]}").contains(text_[end])); ++end)
      quoted ^= text_[end] == '`';
    const DatumRecord* const record = parse_record(text_.substr(at_, end - at_), arena_);
    MILLRACE_ASSERT(record != nullptr);
    at_ = end;
    return Datum::of_record(record);
  }

  Datum regex() {
    const std::size_t end = text_.find('/', at_ + 1);
    const Datum datum = Datum::of_regex(Regex::cached(text_.substr(at_ + 1, end - at_ - 1)));
    at_ = end + 1;
    return datum;
  }

  Datum array() {
    std::vector<Datum> elements;
    ++at_;
    for (skip_space(); !eat("]"); skip_space()) {
      elements.push_back(value());
      skip_space();
      eat(",");
    }
    Datum* const kept = arena_.allocate<Datum>(elements.size());
    std::copy(elements.begin(), elements.end(), kept);
    return Datum::of_array({kept, elements.size()});
  }

  Datum object() {
    std::vector<DatumMember> members;
    ++at_;
    for (skip_space(); !eat("}"); skip_space()) {
      std::string_view key;
      if (text_[at_] == '"') {
        key = quoted();
      } else {
        const std::size_t colon = text_.find(':', at_);
        key = text_.substr(at_, colon - at_);
        at_ = colon;
      }
      eat(":");
      members.push_back({key, value()});
      skip_space();
      eat(",");
    }
    DatumMember* const kept = arena_.allocate<DatumMember>(members.size());
    std::copy(members.begin(), members.end(), kept);
    return Datum::of_object(sort_members({kept, members.size()}));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Arena& arena_;
};

inline Datum literal(std::string_view text, Arena& arena) { return LiteralParser(text, arena).whole(); }

inline std::string sql(const Datum& datum) {
  std::string text;
  append_sql(text, datum);
  return text;
}

}  // namespace millrace::surrealql::test
