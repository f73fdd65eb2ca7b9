// SPDX-License-Identifier: Apache-2.0
//
// Guesses the next key of an object by the one before it, as the records of a file look alike: a guess that holds says in
// one comparison of sixteen bytes, from the key's quote to its colon, what the key means, whether it is one that a query
// names or not.
//
//   const KeyGuess* known = guesses.start();
//   for each key: { known = guesses.next(known, key, end) or, when that is null, guesses.learn(known, key_to_colon,
//   meaning); … }
//
// Memory: at most `guesses_max` keys of at most KeyGuess::bytes_max, whatever the input holds: beyond that keys push each
// other out.
#pragma once

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace millrace::decode {

// A key as it stands in the input, from its quote to its colon. With these a key is equal when its bytes are: no other
// begins with them.
struct alignas(64) KeyGuess {
  static constexpr std::size_t bytes_max = 40;
  static constexpr std::size_t head_bytes = 16;

  char bytes[bytes_max] = {' '};  // of no key yet: no token begins with a space
  std::uint32_t size = 0;
  std::uint32_t head_mask = 0xffff;
  std::int32_t meaning = -1;
  KeyGuess* next = nullptr;  // what is expected behind it

  // Sixteen bytes behind `end`, the text's, are readable.
  bool is_at(const char* key, const char* end) const {
    const __m128i equal = _mm_cmpeq_epi8(_mm_load_si128(reinterpret_cast<const __m128i*>(bytes)),
                                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(key)));
    if ((static_cast<unsigned>(_mm_movemask_epi8(equal)) & head_mask) != head_mask) return false;
    return size <= head_bytes || (static_cast<std::size_t>(end - key) >= size && std::memcmp(key, bytes, size) == 0);
  }
};

class KeyGuesses {
 public:
  static constexpr std::size_t guesses_max = 128;

  // What stands before an object's first key.
  KeyGuess* start() {
    if (!guesses_) make();
    return &start_;
  }

  // The key behind `known` when it is the expected one, else null. It begins at `key` in a text that ends at `end`.
  static KeyGuess* next(const KeyGuess* known, const char* key, const char* end) {
    KeyGuess* const guess = known->next;
    return guess->is_at(key, end) ? guess : nullptr;
  }

  // The key behind `known`, which was not expected. `key_to_colon` as it stands in the input.
  KeyGuess* learn(KeyGuess* known, std::string_view key_to_colon, std::int32_t meaning);

 private:
  static constexpr std::size_t probes_max = 8;

  void make();
  KeyGuess* place_of(std::string_view key) const;

  std::unique_ptr<KeyGuess[]> guesses_;
  KeyGuess start_;
  KeyGuess too_long_;
};

}  // namespace millrace::decode
