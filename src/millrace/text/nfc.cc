// SPDX-License-Identifier: Apache-2.0
//
// Nothing below U+0300 composes with what is before it or moves, and most beyond does neither. What is before the first code point
// that may (its combining class is not 0, or its NFC_Quick_Check is not Yes) is in NFC already; ICU sees the text from the code point
// before that one on. Only 19 bytes begin such code points: letters of Latin, Greek and Cyrillic, Hangul and most of Chinese are passed
// over by vectors.
#include "millrace/text/nfc.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "millrace/text/case_table.h"
#include "millrace/text/properties.h"
#include "millrace/text/utf8.h"

namespace millrace::text {
namespace {

using Bytes = const std::uint8_t*;

// The last place up to the first that may change where the text can be cut: before the code point that it might compose with. The end
// if all is well.
template <class Ascii>
Bytes find_change(Bytes begin, Bytes end) {
  for (Bytes at = begin; at != end;) {
    if (!may_begin_nfc_unsafe(*at)) {
      ++at;
      at += Ascii::find_doubt(at, static_cast<std::size_t>(end - at));
      continue;
    }
    const Sequence found = decode(at, end);
    if (found.size == 0) {
      ++at;
    } else if ((properties_of(found.point) & nfc_unsafe) == 0) {
      at += found.size;
    } else {
      return at == begin ? at : at - std::max<std::size_t>(decode_before(begin, at).size, 1);
    }
  }
  return end;
}

// Where to cut so that at least `bytes` come before it, if that many are there: before a code point that begins anew.
Bytes cut_behind(Bytes begin, Bytes end, std::size_t bytes) {
  if (static_cast<std::size_t>(end - begin) <= bytes) return end;
  for (Bytes at = begin + bytes; at != end; ++at) {
    if (is_continuation(*at)) continue;
    const Sequence found = decode(at, end);
    if (found.size != 0 && (properties_of(found.point) & nfc_unsafe) == 0) return at;
  }
  return end;
}

icu::StringPiece piece_of(Bytes begin, Bytes end) {
  if (end - begin > INT32_MAX) throw std::length_error("text::normalize_nfc: 2 GiB without a place to cut");
  return {reinterpret_cast<const char*>(begin), static_cast<std::int32_t>(end - begin)};
}

const icu::Normalizer2& nfc() {
  static const icu::Normalizer2* const found = [] {
    UErrorCode code = U_ZERO_ERROR;
    const icu::Normalizer2* const instance = icu::Normalizer2::getNFCInstance(code);
    if (U_FAILURE(code)) throw std::runtime_error(std::string("ICU has no NFC: ") + u_errorName(code));
    return instance;
  }();
  return *found;
}

void check(UErrorCode code) {
  if (code == U_MEMORY_ALLOCATION_ERROR) throw std::bad_alloc();
  if (U_FAILURE(code)) throw std::runtime_error(std::string("ICU does not normalize: ") + u_errorName(code));
}

bool is_nfc(Bytes at, Bytes end, std::size_t piece_bytes) {
  while (at != end) {
    const Bytes cut = cut_behind(at, end, piece_bytes);
    UErrorCode code = U_ZERO_ERROR;
    if (nfc().isNormalizedUTF8(piece_of(at, cut), code) == 0) return check(code), false;
    check(code);
    at = cut;
  }
  return true;
}

}  // namespace

CowString nfc_of(std::string_view text, Simd simd, std::size_t piece_bytes) {
  const Bytes begin = reinterpret_cast<Bytes>(text.data());
  const Bytes end = begin + text.size();
  Bytes at = with_ascii(simd, [&]<class Ascii>(Ascii) { return find_change<Ascii>(begin, end); });
  if (is_nfc(at, end, piece_bytes)) return text;
  std::string normalized;
  normalized.reserve(text.size());
  normalized.append(text.substr(0, static_cast<std::size_t>(at - begin)));
  while (at != end) {
    const Bytes cut = cut_behind(at, end, piece_bytes);
    icu::StringByteSink<std::string> sink(&normalized);
    UErrorCode code = U_ZERO_ERROR;
    nfc().normalizeUTF8(0, piece_of(at, cut), sink, nullptr, code);
    check(code);
    at = cut;
  }
  return CowString::owned(std::move(normalized));
}

}  // namespace millrace::text
