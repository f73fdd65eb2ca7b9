// SPDX-License-Identifier: Apache-2.0
//
// Random values, and random JSON texts with every liberty that RFC 8259 gives: white space, escapes, number forms.
#pragma once

#include <ostream>
#include <string>

#include "millrace/record/json.h"
#include "millrace/record/value.h"
#include "support/random.h"

namespace millrace {

// How GoogleTest shows a value that it did not expect.
inline void PrintTo(const Value& value, std::ostream* out) { *out << to_json(value); }

}  // namespace millrace

namespace millrace::test {

inline std::string random_text(Random& random) {
  constexpr std::string_view pieces[] = {"a",    "Z",    "7",    " ", "\"", "\\", "/",  "\n", "\t",
                                         "\x01", "\x1f", "\x7f", "é", "ß",  "…",  "日", "🦀", "\xf4\x8f\xbf\xbf"};
  std::string text;
  for (std::size_t i = random.below(random.one_in(8) ? 60 : 8); i > 0; --i) text += pieces[random.below(std::size(pieces))];
  if (random.one_in(20)) text += '\0';
  return text;
}

// Of the types that JSON keeps: what is written is read back as it was.
inline Value random_json_value(Random& random, int depth = 4) {
  switch (random.below(depth > 0 ? 8 : 6)) {
    case 0: return nullptr;
    case 1: return random.one_in(2);
    case 2: return static_cast<std::int64_t>(random.bits() >> random.below(64));
    case 3: return -static_cast<std::int64_t>(random.bits() >> (1 + random.below(63))) - 1;
    case 4:
      return static_cast<double>(static_cast<std::int64_t>(random.bits())) / static_cast<double>(1 + random.below(1000));
    case 5: return random_text(random);
    case 6: {
      Array values;
      for (std::size_t i = random.below(5); i > 0; --i) values.push_back(random_json_value(random, depth - 1));
      return values;
    }
    default: {
      Object members;
      for (std::size_t i = random.below(5); i > 0; --i) {
        members.push_back({random_text(random) + std::to_string(i), random_json_value(random, depth - 1)});
      }
      return members;
    }
  }
}

inline Value random_json_object(Random& random) {
  Object members;
  for (int i = 0; i < 6; ++i) members.push_back({random_text(random) + std::to_string(i), random_json_value(random)});
  return members;
}

inline std::string random_space(Random& random) {
  std::string space;
  while (random.one_in(4)) space += random.any_of(" \t\r\n");
  return space;
}

// The same value in other words: white space between tokens, and some of the characters of strings as \u escapes.
inline std::string loosely_written(Random& random, const Value& value) {
  const auto quoted = [&](std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x80 && (byte < 0x20 || c == '"' || c == '\\' || random.one_in(6))) {
        constexpr std::string_view hex = "0123456789aBcDeF";
        out.append("\\u00").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
      } else {
        out += c;
      }
    }
    return out + '"';
  };
  const std::string space = random_space(random);
  if (const auto* text = value.get_if<std::string>()) return space + quoted(*text);
  if (const auto* values = value.get_if<Array>()) {
    std::string out = space + "[";
    for (const Value& item : *values)
      out += (&item == values->data() ? "" : ",") + loosely_written(random, item) + random_space(random);
    return out + random_space(random) + "]";
  }
  if (const auto* members = value.get_if<Object>()) {
    std::string out = space + "{";
    for (const Member& member : *members) {
      out += (&member == members->data() ? "" : ",") + random_space(random) + quoted(member.key) + random_space(random) +
             ":" + loosely_written(random, member.value) + random_space(random);
    }
    return out + random_space(random) + "}";
  }
  return space + to_json(value);
}

}  // namespace millrace::test
