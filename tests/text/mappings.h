// SPDX-License-Identifier: Apache-2.0
//
// The three case mappings beside ICU's, with every kind of instruction that this processor has.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "millrace/text/case_map.h"
#include "millrace/text/text.h"
#include "support/icu_oracle.h"

namespace millrace::text {

inline std::vector<Simd> kinds_of_simd() {
  std::vector<Simd> kinds = {Simd::portable};
  if (simd_of_processor() != Simd::portable) kinds.push_back(Simd::sse2);
  if (simd_of_processor() == Simd::avx2) kinds.push_back(Simd::avx2);
  return kinds;
}

inline const test::IcuOracle& icu() {
  static const test::IcuOracle oracle;
  return oracle;
}

inline std::string wanted(Mapping mapping, std::string_view text) {
  return mapping == Mapping::upper ? icu().upper(text) : mapping == Mapping::lower ? icu().lower(text) : icu().fold(text);
}

inline std::string hex(std::string_view text) {
  std::string out;
  for (const char c : text) {
    static constexpr char digits[] = "0123456789abcdef";
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[c & 15];
    out += ' ';
  }
  return out;
}

// The same into the caller's memory.
inline std::string mapped_into(Mapping mapping, std::string_view text, Simd simd) {
  const auto memory = std::make_unique_for_overwrite<char[]>(case_bytes_max(text.size()));  // no byte more: address sanitizer
  return {memory.get(), map_case_into(mapping, text, memory.get(), simd)};
}

// As ICU maps it, and borrowed exactly when that is the same.
inline void expect_as_icu(std::string_view text) {
  for (const Mapping mapping : {Mapping::upper, Mapping::lower, Mapping::fold}) {
    const std::string right = wanted(mapping, text);
    for (const Simd simd : kinds_of_simd()) {
      const CowString mapped = map_case(mapping, text, simd);
      ASSERT_EQ(mapped.view(), right) << "mapping " << static_cast<int>(mapping) << ", simd " << static_cast<int>(simd) << ", of "
                                      << hex(text) << "\n gives " << hex(mapped.view()) << "\nwanted " << hex(right);
      ASSERT_EQ(mapped.is_borrowed(), right == text) << hex(text);
      ASSERT_EQ(mapped_into(mapping, text, simd), right) << hex(text);
      ASSERT_TRUE(!mapped.is_borrowed() || (mapped.data() == text.data() && mapped.size() == text.size()));
    }
  }
}

}  // namespace millrace::text
