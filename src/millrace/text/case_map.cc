// SPDX-License-Identifier: Apache-2.0
//
// A text is looked through up to the first code point that changes. If there is one, what is before it is copied and the rest is
// mapped into the same memory: ASCII by vectors, sequences of two bytes by one look into a table, four at once where four follow each
// other; longer ones that do not change are copied by their shape; what else there is, expands or is invalid, one by one.
//
// The loop checks no bound of the output: as long as a text has not grown, there is room for as many bytes as are left of the input.
// Only where a sequence grows it is seen whether that still holds; if not, the loop ends, what is left is measured, and it goes on in
// a second, larger memory.
#include "millrace/text/case_map.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>

#include "millrace/text/case_table.h"
#include "millrace/text/final_sigma.h"
#include "millrace/text/text.h"
#include "millrace/text/utf8.h"
#include "unicode_tables.h"

namespace millrace::text {
namespace {

using Bytes = const std::uint8_t*;

// Beyond what a text takes: vectors of 16 and expansions of 8 bytes are stored whole.
constexpr std::size_t slack = 32;
constexpr std::size_t growth_max = 3;        // generate_tables.py checks it
static_assert(case_bytes_max(100) == 100 * growth_max + slack);
constexpr std::size_t small_bytes_max = 128;  // mapped on the stack, so that the string is exact

struct Text {
  Bytes begin, end;
};
struct Progress {
  Bytes in;
  std::uint8_t* out;
};

// The same two bytes again and again, in the order in which a load finds them in memory.
template <class Word>
constexpr Word pattern(std::uint8_t lead, std::uint8_t continuation) {
  std::array<std::uint8_t, sizeof(Word)> bytes;
  for (std::size_t at = 0; at < bytes.size(); at += 2) bytes[at] = lead, bytes[at + 1] = continuation;
  return std::bit_cast<Word>(bytes);
}
// Whether the bits that lead and continuation bytes have say of a whole word: nothing but sequences of two bytes.
template <class Word>
bool are_two_bytes(Bytes at) {
  Word bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return (bytes & pattern<Word>(0xe0, 0xc0)) == pattern<Word>(0xc0, 0x80);
}
std::uint16_t two_bytes_of(const CaseTable& table, Bytes at) {
  std::uint16_t mapped;
  std::memcpy(&mapped, table.two_bytes[(at[0] & 0x1fu) << 6 | (at[1] & 0x3fu)], sizeof mapped);
  return mapped;
}

// Maps the code point at `at`, which changes and is no special case; writes up to 8 bytes, gives how many count.
std::size_t write_mapped(const CaseTable& table, char32_t point, std::uint8_t changes, std::uint8_t* out) {
  if (changes < table.first_expansion) return encode(point + static_cast<char32_t>(table.deltas[changes]), out);
  const Expansion& expansion = table.expansions[changes - table.first_expansion];
  std::memcpy(out, expansion.bytes, sizeof expansion.bytes);
  return expansion.size;
}

// The size of what is at `at`, a byte that is not ASCII, if it does not change; else 0.
std::size_t unchanged_size(const CaseTable& table, Bytes at, Bytes end) {
  if (const Sequence shape = decode_shape(at, end); shape.size != 0 && table.are_unchanged(shape.point)) return shape.size;
  const Sequence found = decode(at, end);
  return found.size == 0 ? 1 : table.class_of(found.point) == 0 ? found.size : 0;
}

template <class Ascii>
Bytes find_change(const CaseTable& table, Text text) {
  Bytes at = text.begin;
  for (;;) {
    at += Ascii::find(at, static_cast<std::size_t>(text.end - at), table.first_letter);
    if (at == text.end || *at < 0x80) return at;
    while (at != text.end && *at >= 0x80) {
      const std::size_t size = unchanged_size(table, at, text.end);
      if (size == 0) return at;
      at += size;
    }
  }
}

// Sequences of three and four bytes where nothing changes, as many as there are: Chinese, emoji.
Progress pass_unchanged(const CaseTable& table, Text text, Progress now) {
  while (now.in != text.end && *now.in >= 0xe0) {
    const Sequence shape = decode_shape(now.in, text.end);
    if (shape.size == 0 || !table.are_unchanged(shape.point)) break;
    std::memcpy(now.out, now.in, 4);  // there are as many, or decode_shape gives none
    now = {now.in + shape.size, now.out + shape.size};
  }
  return now;
}

// One that is not ASCII.
Progress map_one(const CaseTable& table, Text text, Progress now) {
  const Sequence found = decode(now.in, text.end);
  if (found.size == 0) {
    *now.out = *now.in;
    return {now.in + 1, now.out + 1};
  }
  const std::uint8_t changes = table.class_of(found.point);
  if (changes == 0) {
    std::copy_n(now.in, found.size, now.out);
    return {now.in + found.size, now.out + found.size};
  }
  if (table.has_final_sigma && found.point == U'Σ') {
    return {now.in + 2, now.out + encode(is_final_sigma(text.begin, now.in, text.end) ? U'ς' : U'σ', now.out)};
  }
  return {now.in + found.size, now.out + write_mapped(table, found.point, changes, now.out)};
}

// Sequences of two bytes that map to such, as many as there are, with single bytes of ASCII between them: words and spaces.
Progress map_two_bytes(const CaseTable& table, Text text, Progress now) {
  for (;;) {
    while (text.end - now.in >= 8 && are_two_bytes<std::uint64_t>(now.in)) {
      const std::uint16_t mapped[4] = {two_bytes_of(table, now.in), two_bytes_of(table, now.in + 2), two_bytes_of(table, now.in + 4),
                                       two_bytes_of(table, now.in + 6)};
      if (mapped[0] == 0 || mapped[1] == 0 || mapped[2] == 0 || mapped[3] == 0) break;
      std::memcpy(now.out, mapped, sizeof mapped);
      now = {now.in + 8, now.out + 8};
    }
    while (text.end - now.in >= 2 && are_two_bytes<std::uint16_t>(now.in)) {
      const std::uint16_t mapped = two_bytes_of(table, now.in);
      if (mapped == 0) return now;
      std::memcpy(now.out, &mapped, sizeof mapped);
      now = {now.in + 2, now.out + 2};
    }
    if (text.end - now.in < 3 || *now.in >= 0x80 || !are_two_bytes<std::uint16_t>(now.in + 1)) return now;
    *now.out = map_byte(*now.in, table.first_letter);
    now = {now.in + 1, now.out + 1};
  }
}

// Maps from `now` on, up to the end of the text, or until the room up to `limit` is not enough for as much as is left.
template <class Ascii>
Progress map_some(const CaseTable& table, Text text, Progress now, const std::uint8_t* limit) {
  while (now.in != text.end) {
    if (*now.in < 0x80) {
      const std::size_t mapped = Ascii::map(now.in, now.out, static_cast<std::size_t>(text.end - now.in), table.first_letter);
      now = {now.in + mapped, now.out + mapped};
      continue;
    }
    now = *now.in < 0xe0 ? map_two_bytes(table, text, now) : pass_unchanged(table, text, now);
    if (now.in == text.end || *now.in < 0x80) continue;
    now = map_one(table, text, now);
    if (limit - now.out < text.end - now.in + static_cast<std::ptrdiff_t>(slack)) break;
  }
  return now;
}

// By how much the mapped text from `at` on is ahead of its source at most.
std::size_t growth_of(const CaseTable& table, Bytes at, Bytes end) {
  std::ptrdiff_t growth = 0, most = 0;
  while (at != end) {
    const Sequence found = decode(at, end);
    const std::size_t size = std::max<std::size_t>(found.size, 1);
    if (const std::uint8_t changes = found.size != 0 ? table.class_of(found.point) : std::uint8_t{0}) {
      std::uint8_t mapped[8];
      growth += static_cast<std::ptrdiff_t>(write_mapped(table, found.point, changes, mapped)) - static_cast<std::ptrdiff_t>(size);
      most = std::max(most, growth);
    }
    at += size;
  }
  return static_cast<std::size_t>(most);
}

std::uint8_t* bytes_of(char* chars) { return reinterpret_cast<std::uint8_t*>(chars); }

// Exact, so that short ones need no memory and others no more than they hold. ASCII goes where it stays; what else there is may grow,
// and goes by the stack.
template <class Ascii>
CowString map_small(const CaseTable& table, Text text) {
  const auto size = static_cast<std::size_t>(text.end - text.begin);
  if (Ascii::is_all(text.begin, size)) {
    return CowString::filled(size, [&](char* out, std::size_t) { return Ascii::map(text.begin, bytes_of(out), size, table.first_letter); });
  }
  __attribute__((uninitialized)) std::uint8_t mapped[small_bytes_max * growth_max + slack];
  const Progress done = map_some<Ascii>(table, text, {text.begin, mapped}, std::end(mapped));
  const auto mapped_size = static_cast<std::size_t>(done.out - mapped);
  return CowString::filled(mapped_size, [&](char* out, std::size_t) { return std::memcpy(out, mapped, mapped_size), mapped_size; });
}

// `done` bytes at `head` and what follows `rest` in the text, mapped into as much room as is left of the text and `more`; `rest` becomes
// where that ended.
template <class Ascii>
CowString map_large(const CaseTable& table, Text text, Bytes& rest, const void* head, std::size_t done, std::size_t more) {
  const std::size_t size_max = done + static_cast<std::size_t>(text.end - rest) + more + slack;
  return CowString::filled(size_max, [&](char* out, std::size_t) {
    std::memcpy(out, head, done);
    const Progress now = map_some<Ascii>(table, text, {rest, bytes_of(out) + done}, bytes_of(out) + size_max);
    rest = now.in;
    return static_cast<std::size_t>(now.out - bytes_of(out));
  });
}

template <class Ascii>
CowString map_with(const CaseTable& table, std::string_view given) {
  const Bytes begin = reinterpret_cast<Bytes>(given.data());
  const Text text = {begin, begin + given.size()};
  Bytes rest = find_change<Ascii>(table, text);
  if (rest == text.end) return given;
  if (given.size() <= small_bytes_max) return map_small<Ascii>(table, text);
  CowString mapped = map_large<Ascii>(table, text, rest, begin, static_cast<std::size_t>(rest - begin), 0);
  if (rest == text.end) return mapped;
  const std::size_t growth = growth_of(table, rest, text.end);
  return map_large<Ascii>(table, text, rest, mapped.data(), mapped.size(), growth);
}

const CaseTable& table_of(Mapping mapping) {
  return mapping == Mapping::upper ? upper_table : mapping == Mapping::lower ? lower_table : fold_table;
}

}  // namespace

CowString map_case(Mapping mapping, std::string_view text, Simd simd) {
  return with_ascii(simd, [&]<class Ascii>(Ascii) { return map_with<Ascii>(table_of(mapping), text); });
}

std::size_t map_case_into(Mapping mapping, std::string_view given, char* out, Simd simd) {
  const Bytes begin = reinterpret_cast<Bytes>(given.data());
  const Text text = {begin, begin + given.size()};
  std::uint8_t* const to = bytes_of(out);
  return with_ascii(simd, [&]<class Ascii>(Ascii) {
    const Progress done = map_some<Ascii>(table_of(mapping), text, {begin, to}, to + case_bytes_max(given.size()));
    return static_cast<std::size_t>(done.out - to);
  });
}

}  // namespace millrace::text
