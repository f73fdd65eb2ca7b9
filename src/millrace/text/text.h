// SPDX-License-Identifier: Apache-2.0
//
// Unicode text in UTF-8, copied only when it changes: each function gives a CowString that borrows the argument exactly when the
// result has the same bytes, and allocates nothing then.
//
//   CowString name = text::uppercase("grüße");    // "GRÜSSE", owned
//   CowString code = text::uppercase("A-113");    // borrows
//   CowString key = text::case_fold(text::trim(line));
//
// A temporary std::string or CowString may be passed: the result then owns what it needs, without a copy where nothing changed, or
// borrows what the temporary CowString borrowed. So calls can be nested, and nothing dangles. What a result borrows from an argument
// that stays is the caller's to keep alive, as with std::string_view.
//
// Mappings are those of the Unicode Standard, full and of no language (root locale): SpecialCasing.txt's unconditional entries (ß to
// SS, ﬁ to FI, İ to i̇) and Final_Sigma; as ICU, and as Rust, map. Unicode 15.0 with Debian 12's data.
//
// Invalid UTF-8 is no error: each byte that belongs to no well-formed sequence (RFC 3629) stays as it is, where it is, and what is
// around it is mapped as if there were a gap. A NUL is a character like others.
//
// Memory: a result that changed needs no allocation up to 64 bytes (they lie in the CowString) of an input of up to 128, and one beyond that: exact up to 128
// bytes of input, else of the input's size and 32 bytes. Where a text grows by more (ΐ takes 2 bytes, its upper case 6), the rest is
// measured and a second one is made. normalize_nfc allocates beyond 15 bytes, and adds what ICU takes for itself.
// Errors: std::length_error and std::bad_alloc, as std::string's. Threads: any.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "millrace/text/cow_string.h"

namespace millrace::text {

// A std::string or CowString that is passed as a temporary, or moved.
template <class T>
concept TemporaryText = std::same_as<std::remove_const_t<T>, std::string> || std::same_as<std::remove_const_t<T>, CowString>;

// One that stays.
template <class T>
concept KeptText = std::same_as<T, std::string> || std::same_as<T, CowString>;

// `result`, which was made from `text` and may point into it, in a form that needs `text` no more.
template <TemporaryText T>
CowString outlive(T&& text, CowString result) {
  if (result.is_owned()) return result;
  if constexpr (std::same_as<std::remove_const_t<T>, CowString>) {
    if (text.is_borrowed()) return result;
  }
  const std::size_t begin = static_cast<std::size_t>(result.data() - std::string_view(text).data());
  const std::size_t size = result.size();
  if constexpr (std::same_as<T, CowString>) {
    CowString kept = std::move(text);
    kept = CowString(kept.view().substr(begin, size));  // a part of its own text
    return kept;
  } else {
    std::string kept;
    if constexpr (std::is_const_v<T>) {
      kept = std::string_view(text);
    } else {
      kept = std::move(text);
    }
    kept.erase(begin + size);
    kept.erase(0, begin);
    return CowString::owned(std::move(kept));
  }
}

namespace detail {

CowString uppercase(std::string_view text MILLRACE_LIFETIMEBOUND);
CowString lowercase(std::string_view text MILLRACE_LIFETIMEBOUND);
CowString case_fold(std::string_view text MILLRACE_LIFETIMEBOUND);
CowString normalize_nfc(std::string_view text MILLRACE_LIFETIMEBOUND);
CowString trim(std::string_view text MILLRACE_LIFETIMEBOUND) noexcept;
CowString trim_start(std::string_view text MILLRACE_LIFETIMEBOUND) noexcept;
CowString trim_end(std::string_view text MILLRACE_LIFETIMEBOUND) noexcept;

template <class Traits, class Allocator>
void take_string(const std::basic_string<char, Traits, Allocator>& text);
// Strings of other kinds, which nothing could be taken over from: std::pmr::string, a class derived from std::string.
template <class T>
concept OtherString = !TemporaryText<T> && !std::is_lvalue_reference_v<T> && requires(const T& text) { take_string(text); };

// One of the functions below, as an object: it can be handed on, as in map(text::uppercase) | map(text::trim).
template <auto function>
struct TextFunction {
  CowString operator()(std::string_view text MILLRACE_LIFETIMEBOUND) const noexcept(noexcept(function(text))) { return function(text); }
  template <KeptText T>
  CowString operator()(const T& text MILLRACE_LIFETIMEBOUND) const noexcept(noexcept(function(std::string_view(text)))) {
    return function(std::string_view(text));
  }
  template <TemporaryText T>
  CowString operator()(T&& text) const {
    return outlive(std::forward<T>(text), function(std::string_view(text)));
  }
  template <OtherString T>
  CowString operator()(T&& text) const = delete;  // the result would borrow from a temporary: give it a name first
};

}  // namespace detail

inline constexpr detail::TextFunction<&detail::uppercase> uppercase;
inline constexpr detail::TextFunction<&detail::lowercase> lowercase;
// For comparing without regard to case (full case folding, C + F): equal results mean equal text.
inline constexpr detail::TextFunction<&detail::case_fold> case_fold;
// Normalization Form C (UAX #15): é is one code point, however it was written. By ICU.
inline constexpr detail::TextFunction<&detail::normalize_nfc> normalize_nfc;
// Without White_Space at both ends, at the beginning, at the end. Never a copy: the result is a part of the text.
inline constexpr detail::TextFunction<&detail::trim> trim;
inline constexpr detail::TextFunction<&detail::trim_start> trim_start;
inline constexpr detail::TextFunction<&detail::trim_end> trim_end;

// The same into memory of the caller's: `out` has room for case_bytes_max(text.size()) bytes. How many of them are the result; those
// behind may be written, too.
constexpr std::size_t case_bytes_max(std::size_t size) { return 3 * size + 32; }
std::size_t uppercase_into(char* out, std::string_view text);
std::size_t lowercase_into(char* out, std::string_view text);

}  // namespace millrace::text

namespace millrace {

// Upper case: the entry point of the library's contract.
inline constexpr auto& process_string = text::uppercase;

}  // namespace millrace
