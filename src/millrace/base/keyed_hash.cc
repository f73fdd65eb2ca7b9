// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/keyed_hash.h"

#include <sys/random.h>

#include <bit>
#include <cstring>

#include "millrace/base/assert.h"

namespace millrace {
namespace {

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }
  void absorb(std::uint64_t word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }
};

static_assert(std::endian::native == std::endian::little, "the words below are read as the machine has them");

}  // namespace

Hash128 keyed_hash(const HashKey& key, std::span<const std::byte> message) {
  SipState state{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d ^ 0xee, key[0] ^ 0x6c7967656e657261,
                 key[1] ^ 0x7465646279746573};
  std::size_t at = 0;
  for (; at + 8 <= message.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, message.data() + at, 8);
    state.absorb(word);
  }
  std::uint64_t last = static_cast<std::uint64_t>(message.size()) << 56;
  if (at < message.size()) std::memcpy(&last, message.data() + at, message.size() - at);
  state.absorb(last);
  state.v2 ^= 0xee;
  state.rounds(4);
  const std::uint64_t low = state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
  state.v1 ^= 0xdd;
  state.rounds(4);
  return {low, state.v0 ^ state.v1 ^ state.v2 ^ state.v3};
}

HashKey random_hash_key() {
  HashKey key;
  const auto got = ::getrandom(key.data(), sizeof key, 0);
  MILLRACE_ASSERT(got == static_cast<ssize_t>(sizeof key));
  return key;
}

}  // namespace millrace
