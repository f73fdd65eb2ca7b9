// SPDX-License-Identifier: Apache-2.0
//
// SipHash-2-4 with a 128-bit result (Aumasson and Bernstein, "SipHash: a fast short-input PRF", and the reference
// implementation's 128-bit variant). The random bits of generated ids come from it: without the key nobody can guess an
// id, and the same key gives the same id again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace millrace {

using HashKey = std::array<std::uint64_t, 2>;
using Hash128 = std::array<std::uint64_t, 2>;

Hash128 keyed_hash(const HashKey& key, std::span<const std::byte> message);

// 128 bits from the operating system's generator.
HashKey random_hash_key();

}  // namespace millrace
