// SPDX-License-Identifier: Apache-2.0
//
// Both ways it ends at the next Σ at the latest, which is cased: however many there are, a text is passed over twice at most.
#include "millrace/text/final_sigma.h"

#include "millrace/text/case_table.h"
#include "millrace/text/properties.h"
#include "millrace/text/utf8.h"

namespace millrace::text {

bool is_final_sigma(const std::uint8_t* begin, const std::uint8_t* at, const std::uint8_t* end) {
  bool is_behind_cased = false;
  for (const std::uint8_t* before = at; before != begin;) {
    const Sequence found = decode_before(begin, before);
    const std::uint8_t has = found.size != 0 ? properties_of(found.point) : std::uint8_t{0};
    if ((has & case_ignorable) == 0) {
      is_behind_cased = (has & cased) != 0;
      break;
    }
    before -= found.size;
  }
  if (!is_behind_cased) return false;
  for (const std::uint8_t* after = at + 2; after != end;) {
    const Sequence found = decode(after, end);
    const std::uint8_t has = found.size != 0 ? properties_of(found.point) : std::uint8_t{0};
    if ((has & case_ignorable) == 0) return (has & cased) == 0;
    after += found.size;
  }
  return true;
}

}  // namespace millrace::text
