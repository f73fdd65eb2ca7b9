// SPDX-License-Identifier: Apache-2.0
#include "millrace/text/text.h"

#include "millrace/text/case_map.h"
#include "millrace/text/nfc.h"

namespace millrace::text {
namespace detail {

CowString uppercase(std::string_view text) { return map_case(Mapping::upper, text, simd_of_processor()); }
CowString lowercase(std::string_view text) { return map_case(Mapping::lower, text, simd_of_processor()); }
CowString case_fold(std::string_view text) { return map_case(Mapping::fold, text, simd_of_processor()); }
CowString normalize_nfc(std::string_view text) { return nfc_of(text, simd_of_processor()); }

}  // namespace detail

std::size_t uppercase_into(char* out, std::string_view text) { return map_case_into(Mapping::upper, text, out, simd_of_processor()); }
std::size_t lowercase_into(char* out, std::string_view text) { return map_case_into(Mapping::lower, text, out, simd_of_processor()); }

}  // namespace millrace::text
