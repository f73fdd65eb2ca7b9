// SPDX-License-Identifier: Apache-2.0
//
// A text is looked through up to the first code point that changes. If there is one, what is before it is copied and the rest is
// mapped into the same memory: ASCII by vectors, sequences of two bytes by one look into a table, four at once where four follow each
// other; what is longer, expands or is invalid one by one.
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
#include "millrace/text/utf8.h"
#include "unicode_tables.h"

namespace millrace::text {
namespace {

using Bytes = const std::uint8_t*;

// Beyond what a text takes: vectors of 16 and expansions of 8 bytes are stored whole.
constexpr std::size_t slack = 32;
constexpr std::size_t growth_max = 3;        // generate_tables.py checks it
constexpr std::size_t small_bytes_max = 128;  // mapped on the stack, so that the string is exact

struct Text {
  Bytes begin, end;
};
struct Progress {
  Bytes in;
  std::uint8_t* out;
};

// Whether the first two of four, or two of two, bits of each pair of bytes say: a sequence of two bytes. Loads keep the bytes' order
// in memory, so the patterns are made the same way.
template <class Word>
constexpr Word pattern(std::uint8_t lead, std::uint8_t continuation) {
  std::array<std::uint8_t, sizeof(Word)> bytes;
  for (std::size_t at = 0; at < bytes.size(); at += 2) bytes[at] = lead, bytes[at + 1] = continuation;
  return std::bit_cast<Word>(bytes);
}
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

// Sequences of two bytes that map to such, as many as there are.
Progress map_two_bytes(const CaseTable& table, Text text, Progress now) {
  while (text.end - now.in >= 8 && are_two_bytes<std::uint64_t>(now.in)) {
    const std::uint16_t mapped[4] = {two_bytes_of(table, now.in), two_bytes_of(table, now.in + 2), two_bytes_of(table, now.in + 4),
                                     two_bytes_of(table, now.in + 6)};
    if (mapped[0] == 0 || mapped[1] == 0 || mapped[2] == 0 || mapped[3] == 0) break;
    std::memcpy(now.out, mapped, sizeof mapped);
    now = {now.in + 8, now.out + 8};
  }
  while (text.end - now.in >= 2 && are_two_bytes<std::uint16_t>(now.in)) {
    const std::uint16_t mapped = two_bytes_of(table, now.in);
    if (mapped == 0) break;
    std::memcpy(now.out, &mapped, sizeof mapped);
    now = {now.in + 2, now.out + 2};
  }
  return now;
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
    now = map_two_bytes(table, text, now);
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

template <class Ascii>
std::string map_small(const CaseTable& table, Text text, Bytes first_change) {
  __attribute__((uninitialized)) std::uint8_t mapped[small_bytes_max * growth_max + slack];
  const auto unchanged = static_cast<std::size_t>(first_change - text.begin);
  std::copy_n(text.begin, unchanged, mapped);
  const Progress done = map_some<Ascii>(table, text, {first_change, mapped + unchanged}, std::end(mapped));
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(done.out - mapped)};
}

// `result` becomes `done` bytes at `head`, and the rest mapped into `room` bytes behind; gives where in the text that ended.
template <class Ascii>
Bytes map_large(const CaseTable& table, Text text, Bytes rest, const void* head, std::size_t done, std::size_t room, std::string& result) {
  result.resize_and_overwrite(done + room, [&](char* data, std::size_t) {
    auto* const out = reinterpret_cast<std::uint8_t*>(data);
    std::memcpy(out, head, done);
    const Progress now = map_some<Ascii>(table, text, {rest, out + done}, out + done + room);
    rest = now.in;
    return static_cast<std::size_t>(now.out - out);
  });
  return rest;
}

template <class Ascii>
CowString map_with(const CaseTable& table, std::string_view given) {
  const Bytes begin = reinterpret_cast<Bytes>(given.data());
  const Text text = {begin, begin + given.size()};
  const Bytes first_change = find_change<Ascii>(table, text);
  if (first_change == text.end) return given;
  if (given.size() <= small_bytes_max) return CowString::owned(map_small<Ascii>(table, text, first_change));

  const auto left = [&](Bytes at) { return static_cast<std::size_t>(text.end - at); };
  std::string mapped;
  const Bytes rest = map_large<Ascii>(table, text, first_change, begin, given.size() - left(first_change), left(first_change) + slack, mapped);
  if (rest == text.end) return CowString::owned(std::move(mapped));
  std::string larger;
  const std::size_t room = left(rest) + growth_of(table, rest, text.end) + slack;
  map_large<Ascii>(table, text, rest, mapped.data(), mapped.size(), room, larger);
  return CowString::owned(std::move(larger));
}

const CaseTable& table_of(Mapping mapping) {
  return mapping == Mapping::upper ? upper_table : mapping == Mapping::lower ? lower_table : fold_table;
}

}  // namespace

CowString map_case(Mapping mapping, std::string_view text, Simd simd) {
  return with_ascii(simd, [&]<class Ascii>(Ascii) { return map_with<Ascii>(table_of(mapping), text); });
}

}  // namespace millrace::text
