// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/key_guesses.h"

#include <algorithm>
#include <functional>

namespace millrace::decode {

void KeyGuesses::make() {
  guesses_ = std::make_unique<KeyGuess[]>(guesses_max);
  start_.next = guesses_.get();
  for (std::size_t i = 0; i < guesses_max; ++i) guesses_[i].next = start_.next;
}

KeyGuess* KeyGuesses::place_of(std::string_view key) const {
  const std::size_t first = std::hash<std::string_view>{}(key);
  for (std::size_t probe = 0; probe < probes_max; ++probe) {
    KeyGuess& guess = guesses_[(first + probe) % guesses_max];
    if (guess.size == 0 || std::string_view(guess.bytes, guess.size) == key) return &guess;
  }
  return &guesses_[first % guesses_max];
}

KeyGuess* KeyGuesses::learn(KeyGuess* known, std::string_view key_to_colon, std::int32_t meaning) {
  if (key_to_colon.size() > KeyGuess::bytes_max) {
    too_long_.meaning = meaning;
    too_long_.next = known->next;
    return &too_long_;
  }
  KeyGuess* const guess = place_of(key_to_colon);
  std::memset(guess->bytes, 0, KeyGuess::bytes_max);
  key_to_colon.copy(guess->bytes, KeyGuess::bytes_max);
  guess->size = static_cast<std::uint32_t>(key_to_colon.size());
  guess->head_mask =
      static_cast<std::uint32_t>((std::uint64_t{1} << std::min(key_to_colon.size(), KeyGuess::head_bytes)) - 1);
  guess->meaning = meaning;
  known->next = guess;
  return guess;
}

}  // namespace millrace::decode
