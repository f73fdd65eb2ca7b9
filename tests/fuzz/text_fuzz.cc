// SPDX-License-Identifier: Apache-2.0
//
// What holds for any bytes whatever: each kind of instruction gives what ICU gives, a result borrows exactly when it is the same bytes,
// trim gives a part, NFC of NFC is itself; and nothing is read outside of the input (by the sanitizer).
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "millrace/base/assert.h"
#include "millrace/text/case_map.h"
#include "millrace/text/nfc.h"
#include "millrace/text/text.h"
#include "support/icu_oracle.h"

namespace {

using namespace millrace::text;
using millrace::CowString;

const millrace::test::IcuOracle& oracle() {
  static const millrace::test::IcuOracle one;
  return one;
}

void check_borrowed(const CowString& made, std::string_view text) {
  MILLRACE_ASSERT(made.is_borrowed() == (made == text));
  if (made.is_borrowed()) MILLRACE_ASSERT(made.data() == text.data());
}

void check_mapping(Mapping mapping, std::string_view text, std::string_view wanted) {
  for (const Simd simd : {Simd::portable, Simd::sse2, Simd::avx2}) {
    if (simd > simd_of_processor()) continue;
    const CowString made = map_case(mapping, text, simd);
    MILLRACE_ASSERT(made == wanted);
    check_borrowed(made, text);
  }
}

void check_nfc(std::string_view text) {
  const CowString made = normalize_nfc(text);
  check_borrowed(made, text);
  MILLRACE_ASSERT(normalize_nfc(made).is_borrowed());
  if (millrace::test::is_valid_utf8(text)) MILLRACE_ASSERT(made == oracle().nfc(text));
  MILLRACE_ASSERT(nfc_of(text, Simd::portable, 3) == made);
}

void check_trim(std::string_view text) {
  const CowString made = trim(text);
  MILLRACE_ASSERT(made.is_borrowed() && made.begin() >= text.data() && made.end() <= text.data() + text.size());
  MILLRACE_ASSERT(trim(made) == made && trim_end(trim_start(text)) == made);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto exact = std::make_unique<char[]>(size);  // so that the sanitizer sees a byte too many
  if (size != 0) std::memcpy(exact.get(), data, size);
  const std::string_view text(exact.get(), size);
  check_mapping(Mapping::upper, text, oracle().upper(text));
  check_mapping(Mapping::lower, text, oracle().lower(text));
  check_mapping(Mapping::fold, text, oracle().fold(text));
  check_nfc(text);
  check_trim(text);
  MILLRACE_ASSERT(uppercase(std::string(text)) == uppercase(text) && trim(uppercase(text)) == uppercase(trim(text)));
  return 0;
}
