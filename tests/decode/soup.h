// SPDX-License-Identifier: Apache-2.0
//
// Inputs made at random out of what a format is made of: mostly well-formed, often not.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "millrace/decode/format.h"
#include "support/random.h"

namespace millrace::decode {

class Soup {
 public:
  Soup(Format format, test::Random& random) : format_(format), random_(random) {}

  std::string make(std::size_t records_max) {
    std::string text = random_.one_in(5) ? "\xef\xbb\xbf" : "";
    const std::size_t records = random_.below(records_max + 1);
    if (format_ == Format::csv) text += any(headers);
    array_ = format_ == Format::json && random_.one_in(2);
    if (array_) text += "[";
    for (std::size_t i = 0; i < records; ++i) {
      text += random_.one_in(8) ? junk() : any(records_of());
      text += random_.one_in(12) ? junk() : separator();
    }
    if (array_ && !random_.one_in(8)) text += "{}]";
    if (random_.one_in(6)) text += junk();
    return text;
  }

 private:
  using Words = std::span<const std::string_view>;

  std::string any(Words words) { return std::string(words[random_.below(words.size())]); }

  std::string junk() {
    std::string text;
    for (std::size_t i = random_.below(5); i != 0; --i) text += any(pieces);
    return text;
  }

  Words records_of() const {
    return format_ == Format::csv ? Words(rows) : format_ == Format::rejects ? Words(rejects) : Words(objects);
  }
  std::string separator() {
    if (array_) return any(commas);
    return any(format_ == Format::json ? Words(spaces) : Words(newlines));
  }

  static constexpr std::array<std::string_view, 7> headers{"a,b\n", "a,b\r\n", "\na,b\r",       "\"a\",\"b \"\"c\"\n",
                                                           "a\n",   "a,b",     "\"a\r\nb\",c\n"};
  static constexpr std::array<std::string_view, 8> rows{"1,2",        "x,", "\"q,\"\"q\",y", "\"two\nlines\",\"\"",
                                                        "\"a\rb\",é", "1",  "a\"b,\"\"",     "\"\r\n\",\"x\r\n\""};
  static constexpr std::array<std::string_view, 8> objects{"{\"a\":1}",
                                                           "{\"b\":\"}],{[\"}",
                                                           "{\"c\":\"\\\\\\\"\",\"d\":[1,{}]}",
                                                           "{}",
                                                           "{\"e\":\"é\",\"e\":2}",
                                                           "12",
                                                           "[{\"a\":[]}]",
                                                           "{\"long\":\"0123456789012345678901234567890123456789\"}"};
  static constexpr std::array<std::string_view, 5> rejects{
      R"({"source":"s","line":5,"byte":9,"record":{"a":1}})", R"({"line":5,"record":"{\"a\":1}"})",
      R"({"record":"{\"a\":1"})", R"({"record_base64":"eyJhIjoxfQ=="})", R"({"record_base64":"/w=="})"};
  static constexpr std::array<std::string_view, 5> newlines{"\n", "\r\n", "\n\n", " \n\t", "\n"};
  static constexpr std::array<std::string_view, 5> spaces{" ", "\n", "\r\n", " \n ", "\t"};
  static constexpr std::array<std::string_view, 5> commas{",", ",\n", " , ", "\r\n,", ","};
  static constexpr std::array<std::string_view, 22> pieces{"{", "}",   "[",    "]",    "\"",  "\\",  "\\\"", ",",
                                                           ":", " ",   "\n",   "\r",   "tru", "1",   "01",   "\xff",
                                                           "é", "\"a", "{\"b", "null", "]}",  "\"\""};

  Format format_;
  test::Random& random_;
  bool array_ = false;
};

}  // namespace millrace::decode
