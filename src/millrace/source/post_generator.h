// SPDX-License-Identifier: Apache-2.0
//
// Posts made up from a seed, as NDJSON: id, title, content, author, score, lang, tags, created_at. The same seed gives the
// same bytes on every machine. Texts are of eight languages, with emoji, quotes, backslashes and line breaks; ids are
// UUIDs of version 7 in rising order, one second apart; a line has some 370 bytes.
#pragma once

#include <cstdint>
#include <string>

namespace millrace::source {

class PostGenerator {
 public:
  explicit PostGenerator(std::uint64_t seed);

  // Appends the next post and a newline.
  void append_next(std::string& out);

 private:
  std::uint64_t next();
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  void append_words(std::string& out, std::size_t lang, std::size_t count);

  std::uint64_t state_;
  std::uint64_t number_ = 0;
};

}  // namespace millrace::source
