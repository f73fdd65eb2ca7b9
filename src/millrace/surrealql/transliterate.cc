// SPDX-License-Identifier: Apache-2.0
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utrans.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "millrace/surrealql/text_compare.h"

namespace millrace::surrealql {
namespace {

struct Spelling {
  char32_t point;
  std::string_view ascii;
};

// What is no base letter with accents. As the engine spells it, by trying each.
constexpr Spelling spellings[] = {
    {0xa1, "!"},   {0xa2, "C/"},    {0xa3, "PS"},   {0xa5, "Y="},   {0xa6, "|"},     {0xa7, "SS"},   {0xa9, "(c)"},
    {0xab, "<<"},  {0xac, "!"},     {0xad, ""},     {0xae, "(r)"},  {0xb0, "deg"},   {0xb1, "+-"},   {0xb5, "u"},
    {0xb6, "P"},   {0xb7, "*"},     {0xbb, ">>"},   {0xbc, "1/4"},  {0xbd, "1/2"},   {0xbe, "3/4"},  {0xbf, "?"},
    {0xc6, "AE"},  {0xd0, "D"},     {0xd7, "x"},    {0xd8, "O"},    {0xde, "Th"},    {0xdf, "ss"},   {0xe6, "ae"},
    {0xf0, "d"},   {0xf7, "/"},     {0xf8, "o"},    {0xfe, "th"},   {0x110, "D"},    {0x111, "d"},   {0x126, "H"},
    {0x127, "h"},  {0x131, "i"},    {0x138, "k"},   {0x13f, "L"},   {0x140, "l"},    {0x141, "L"},   {0x142, "l"},
    {0x149, "'n"}, {0x14a, "NG"},   {0x14b, "ng"},  {0x152, "OE"},  {0x153, "oe"},   {0x166, "T"},   {0x167, "t"},
    {0x180, "b"},  {0x189, "D"},    {0x18a, "D"},   {0x192, "f"},   {0x197, "I"},    {0x19a, "l"},   {0x1b5, "Z"},
    {0x1b6, "z"},  {0x1e4, "G"},    {0x1e5, "g"},   {0x1e9e, "Ss"}, {0x200b, " "},   {0x200c, ""},   {0x200d, ""},
    {0x2013, "-"}, {0x2014, "--"},  {0x2018, "'"},  {0x2019, "'"},  {0x201c, "\""},  {0x201d, "\""}, {0x2022, "*"},
    {0x20a9, "W"}, {0x20ac, "EUR"}, {0x20b9, "Rs"}, {0x20bd, "Rb"}, {0x20bf, "BTC"},
};
static_assert(std::ranges::is_sorted(spellings, {}, &Spelling::point));

// U+0391 to U+03C9; the capital has a capital first letter.
constexpr std::string_view greek[] = {"a", "b", "g", "d", "e", "z", "e", "th", "i",  "k",  "l",  "m", "n",
                                      "x", "o", "p", "r", "s", "s", "t", "u",  "ph", "kh", "ps", "o"};
// U+0400 to U+042F; small letters from U+0430 on are those from U+0410 on, and from U+0450 on those from U+0400 on.
constexpr std::string_view cyrillic[] = {"Ie", "Io", "Dj", "Gj",  "E",  "Dz",   "I", "Yi", "J", "Lj", "Nj", "Tsh",
                                         "Kj", "I",  "U",  "Dzh", "A",  "B",    "V", "G",  "D", "E",  "Zh", "Z",
                                         "I",  "I",  "K",  "L",   "M",  "N",    "O", "P",  "R", "S",  "T",  "U",
                                         "F",  "Kh", "Ts", "Ch",  "Sh", "Shch", "'", "Y",  "'", "E",  "Iu", "Ia"};

bool append_greek(std::string& out, char32_t point) {
  if (point < 0x391 || point > 0x3c9 || (point > 0x3a9 && point < 0x3b1) || point == 0x3a2) return false;
  const bool is_capital = point < 0x3b1;
  if (point == 0x39e) {
    out += "Ks";
    return true;
  }
  const std::size_t begin = out.size();
  out += greek[point - (is_capital ? 0x391 : 0x3b1)];
  if (is_capital) out[begin] = static_cast<char>(out[begin] & ~0x20);
  return true;
}

bool append_cyrillic(std::string& out, char32_t point) {
  if (point < 0x400 || point > 0x45f) return false;
  const bool is_small = point >= 0x430;
  const std::size_t begin = out.size();
  out += point == 0x454 ? "Ie" : cyrillic[(point >= 0x450 ? point - 0x50 : is_small ? point - 0x20 : point) - 0x400];
  if (is_small && out[begin] >= 'A') out[begin] = static_cast<char>(out[begin] | 0x20);
  return true;
}

// An accented letter by its letter.
bool append_decomposed(std::string& out, char32_t point) {
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2* const normalizer = unorm2_getNFKDInstance(&error);
  UChar parts[32];
  const std::int32_t size =
      U_FAILURE(error) ? 0
                       : unorm2_getDecomposition(normalizer, static_cast<UChar32>(point), parts, std::size(parts), &error);
  if (U_FAILURE(error) || size <= 0) return false;
  for (std::int32_t at = 0; at < size;) {
    UChar32 part = 0;
    U16_NEXT(parts, at, size, part);
    if ((U_GET_GC_MASK(part) & U_GC_MN_MASK) != 0) continue;
    if (part < 0x80) {
      out.push_back(static_cast<char>(part));
    } else if (static_cast<char32_t>(part) == point || !append_ascii(out, static_cast<char32_t>(part))) {
      return false;
    }
  }
  return true;
}

// Other scripts by ICU's rules, which are near the engine's and not the same.
bool append_romanized(std::string& out, char32_t point) {
  constexpr std::int32_t room = 64;
  thread_local const std::unique_ptr<UTransliterator, decltype(&utrans_close)> rules(
      [] {
        UErrorCode error = U_ZERO_ERROR;
        constexpr std::u16string_view id = u"Any-Latin; Latin-ASCII";
        return utrans_openU(id.data(), static_cast<std::int32_t>(id.size()), UTRANS_FORWARD, nullptr, 0, nullptr, &error);
      }(),
      &utrans_close);
  if (rules == nullptr) return false;
  UErrorCode error = U_ZERO_ERROR;
  UChar text[room];
  std::int32_t size = 0;
  U16_APPEND_UNSAFE(text, size, static_cast<UChar32>(point));
  std::int32_t limit = size;
  utrans_transUChars(rules.get(), text, &size, room, 0, &limit, &error);
  if (U_FAILURE(error) || std::any_of(text, text + size, [](UChar c) { return c >= 0x80; })) return false;
  std::transform(text, text + size, std::back_inserter(out), [](UChar c) { return static_cast<char>(c); });
  if (u_hasBinaryProperty(static_cast<UChar32>(point), UCHAR_IDEOGRAPHIC)) out.push_back(' ');
  return true;
}

}  // namespace

bool append_ascii(std::string& out, char32_t point) {
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
    return true;
  }
  const auto* const found = std::ranges::lower_bound(spellings, point, {}, &Spelling::point);
  if (found != std::end(spellings) && found->point == point) {
    out += found->ascii;
    return true;
  }
  if (append_greek(out, point) || append_cyrillic(out, point)) return true;
  const std::size_t begin = out.size();
  if (append_decomposed(out, point)) return true;
  out.resize(begin);
  if (append_romanized(out, point)) return true;
  out.resize(begin);
  return false;
}

}  // namespace millrace::surrealql
