// SPDX-License-Identifier: Apache-2.0
//
// What ICU makes of a text, for tests to compare with. Its case mappings of UTF-8 pass invalid bytes on, as ours do.
#pragma once

#include <unicode/ucasemap.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace millrace::test {

inline void check_icu(UErrorCode code, const char* what) {
  if (U_FAILURE(code)) throw std::runtime_error(std::string(what) + ": " + u_errorName(code));
}

class IcuOracle {
 public:
  IcuOracle() {
    UErrorCode code = U_ZERO_ERROR;
    map_.reset(ucasemap_open("", U_FOLD_CASE_DEFAULT, &code));
    nfc_ = unorm2_getNFCInstance(&code);
    check_icu(code, "ICU");
  }

  std::string upper(std::string_view text) const { return mapped(ucasemap_utf8ToUpper, text); }
  std::string lower(std::string_view text) const { return mapped(ucasemap_utf8ToLower, text); }
  std::string fold(std::string_view text) const { return mapped(ucasemap_utf8FoldCase, text); }

  // By way of UTF-16, which the code under test does not take. For valid text only.
  std::string nfc(std::string_view text) const {
    UErrorCode code = U_ZERO_ERROR;
    std::u16string wide(text.size() + 1, u'\0'), normalized(text.size() * 3 + 1, u'\0');
    std::int32_t size = 0;
    u_strFromUTF8(wide.data(), static_cast<std::int32_t>(wide.size()), &size, text.data(), static_cast<std::int32_t>(text.size()), &code);
    size = unorm2_normalize(nfc_, wide.data(), size, normalized.data(), static_cast<std::int32_t>(normalized.size()), &code);
    std::string out(static_cast<std::size_t>(size) * 3 + 1, '\0');
    std::int32_t bytes = 0;
    u_strToUTF8(out.data(), static_cast<std::int32_t>(out.size()), &bytes, normalized.data(), size, &code);
    check_icu(code, "NFC");
    out.resize(static_cast<std::size_t>(bytes));
    return out;
  }

 private:
  template <class Map>
  std::string mapped(Map map, std::string_view text) const {
    UErrorCode code = U_ZERO_ERROR;
    std::string out(text.size() * 3 + 1, '\0');
    const std::int32_t size = map(map_.get(), out.data(), static_cast<std::int32_t>(out.size()), text.data(),
                                  static_cast<std::int32_t>(text.size()), &code);
    check_icu(code, "ucasemap");
    out.resize(static_cast<std::size_t>(size));
    return out;
  }

  struct Close {
    void operator()(UCaseMap* map) const { ucasemap_close(map); }
  };
  std::unique_ptr<UCaseMap, Close> map_;
  const UNormalizer2* nfc_ = nullptr;
};

inline bool is_valid_utf8(std::string_view text) {
  UErrorCode code = U_ZERO_ERROR;
  std::int32_t size = 0;
  u_strFromUTF8(nullptr, 0, &size, text.data(), static_cast<std::int32_t>(text.size()), &code);  // how long it would be
  return code == U_BUFFER_OVERFLOW_ERROR || U_SUCCESS(code);
}

inline std::string utf8_of(UChar32 point) {
  std::string text(4, '\0');
  std::int32_t size = 0;
  U8_APPEND_UNSAFE(text.data(), size, point);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace millrace::test
