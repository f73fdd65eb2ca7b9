// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/row_walk.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "millrace/decode/byte_search.h"
#include "millrace/decode/json_element.h"
#include "millrace/record/json.h"
#include "millrace/record/json_text.h"

namespace millrace::decode {
namespace {

using Position = std::uint32_t;

enum class Token : std::uint8_t { misplaced, scalar, bracket };

// What a value may begin with.
constexpr std::array<Token, 256> tokens = [] {
  std::array<Token, 256> all{};
  for (const char c : std::string_view("\"-0123456789tfn")) all[static_cast<unsigned char>(c)] = Token::scalar;
  for (const char c : std::string_view("{[")) all[static_cast<unsigned char>(c)] = Token::bracket;
  return all;
}();

inline Token token_of(char c) { return tokens[static_cast<unsigned char>(c)]; }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Whether all of the one to eight bytes are digits, the first no zero: the usual integer, with no loop. Eight bytes are
// readable.
inline bool is_short_integer(const char* p, std::size_t size) {
  if (size - 1 > 7 || *p == '0') return false;
  std::uint64_t bytes;
  std::memcpy(&bytes, p, 8);
  constexpr std::uint64_t each = 0x0101010101010101;
  const std::uint64_t behind = size == 8 ? 0 : ~std::uint64_t{0} << 8 * size;
  bytes = (bytes & ~behind) | (0x30 * each & behind);
  return (((bytes & 0xf0 * each) ^ 0x30 * each) | (((bytes + 0x06 * each) & 0xf0 * each) ^ 0x30 * each)) == 0;
}

// RFC 8259's number, nothing behind it.
bool read_number(const char* p, const char* end, SlotKind& kind) {
  const auto digits = [&] {
    const char* const start = p;
    while (p < end && is_digit(*p)) ++p;
    return p != start;
  };
  kind = SlotKind::integer;
  if (is_short_integer(p, static_cast<std::size_t>(end - p))) return true;
  if (p < end && *p == '-') ++p;
  const bool zero = p < end && *p == '0';
  const char* const start = p;
  if (!digits() || (zero && p - start != 1)) return false;
  if (p == end) return true;
  kind = SlotKind::real;
  if (*p == '.') {
    ++p;
    if (!digits()) return false;
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    ++p;
    if (p < end && (*p == '+' || *p == '-')) ++p;
    if (!digits()) return false;
  }
  return p == end;
}

// Behind the last byte of the token that begins at `value`, when the next one stands behind it at `next`.
inline const char* end_of_token(const char* value, const char* next) {
  while (static_cast<unsigned char>(next[-1]) <= ' ' && next - 1 > value && is_json_space(next[-1])) --next;
  return next;
}

}  // namespace

const Position* RowWalk::record(const Position* at, const char* line_end) {
  line_end_ = line_end;
  for (Slot& slot : slots_) {  // part by part: std::fill copies a Slot that it has just made, which waits for its parts
    slot.kind = SlotKind::missing;
    slot.escaped = false;
    slot.text = {};
    slot.names_left = 0;
  }
  if (text_[*at] != '{') return nullptr;
  return members(tree_.root(), at + 1);
}

// From behind a '{' to behind its '}'. Every key is looked at, although all slots may be filled: the last of equal ones
// wins.
const Position* RowWalk::members(FieldTree::Node& node, const Position* at) {
  const char* const text = text_;
  const char* const text_end = text_end_;
  if (text[*at] == '}') return at + 1;
  KeyGuess* known = node.guesses.start();
  for (;;) {
    KeyGuess* key = KeyGuesses::next(known, text + *at, text_end);
    if (key == nullptr) [[unlikely]] {
      key = look_up(node, known, at);
      if (key == nullptr) return nullptr;
    }
    known = key;
    at += 2;
    if (key->meaning != FieldTree::no_node) {
      at = take(tree_.node(key->meaning), at);
      if (at == nullptr) return nullptr;
    } else if (const Token token = token_of(text[*at]); token == Token::scalar) [[likely]] {
      ++at;
    } else {
      at = token == Token::bracket ? skip_nested(at) : nullptr;
      if (at == nullptr) return nullptr;
    }
    const char behind = text[*at++];
    if (behind == ',') continue;
    return behind == '}' ? at : nullptr;
  }
}

// The key at *at, which nobody expected; null when there is none, or no colon behind it.
[[gnu::noinline]] KeyGuess* RowWalk::look_up(FieldTree::Node& node, KeyGuess* known, const Position* at) {
  const char* const key = text_ + at[0];
  const char* const colon = text_ + at[1];
  if (*key != '"' || *colon != ':') return nullptr;
  const std::string_view quoted(key, end_of_token(key, colon));
  std::int32_t child = FieldTree::no_node;
  if (!quoted.contains('\\')) {
    child = node.find(unquoted(quoted));
  } else if (scanner_.scan_value(quoted)) {
    child = node.find(decode_json_string(quoted));
  } else {
    return nullptr;
  }
  return node.guesses.learn(known, {key, colon + 1}, child);
}

// The value at *at goes into the slots of the node and of those below it, which forget what an earlier key of this name had
// left.
inline const Position* RowWalk::take(FieldTree::Node& node, const Position* at) {
  const char* const value = text_ + *at;
  if (!node.is_plain || token_of(*value) != Token::scalar) [[unlikely]]
    return take_other(node, at);
  ++at;
  return read_scalar(value, text_ + *at, slots_.data()[node.plain_slot]) ? at : nullptr;
}

[[gnu::noinline]] const Position* RowWalk::take_other(FieldTree::Node& node, const Position* at) {
  for (const FieldTree::Below& below : node.below) slots_[below.slot] = {};
  const char* const value = text_ + *at;
  const Token token = token_of(*value);
  if (token == Token::bracket) return take_nested(node, at);
  ++at;
  if (token == Token::misplaced || !read_scalar(value, text_ + *at, element_)) return nullptr;
  for (const std::uint32_t index : node.slots) slots_[index] = element_;
  return at;
}

const Position* RowWalk::take_nested(FieldTree::Node& node, const Position* at) {
  const char* const value = text_ + *at;
  const bool is_object = *value == '{';
  const bool is_shown = !node.slots.empty() || !is_object;
  if (!is_shown) return members(node, at + 1);
  if (!is_object) {
    if (const Position* const behind = read_flat_array(at)) {
      show_array(node, {value, text_ + behind[-1] + 1});
      return behind;
    }
  }
  std::string& rewritten = rewritten_[node.slots.empty() ? node.below.front().slot : node.slots.front()];
  const auto size = scanner_.scan_value({value, line_end_}, node.depth, rewritten);
  if (!size) return nullptr;
  const std::string_view shown = rewritten.empty() ? std::string_view(value, *size) : std::string_view(rewritten);
  if (is_object) {
    for (const std::uint32_t index : node.slots) slots_[index] = {.kind = SlotKind::object, .text = shown};
    if (!node.below.empty()) return members(node, at + 1);
  } else {
    show_array(node, shown);
  }
  while (text_ + *at < value + *size) ++at;
  return at;
}

void RowWalk::show_array(const FieldTree::Node& node, std::string_view array) {
  for (const std::uint32_t index : node.slots) slots_[index] = {.kind = SlotKind::array, .text = array};
  for (const FieldTree::Below& below : node.below) {
    slots_[below.slot] = {.kind = SlotKind::array, .text = array, .names_left = below.names_left};
  }
}

// An array of valid scalars, as most are: the position behind it, or null when it is something else.
const Position* RowWalk::read_flat_array(const Position* at) {
  if (text_[*++at] == ']') return at + 1;
  for (;;) {
    const char* const value = text_ + *at++;
    if (!read_scalar(value, text_ + *at, element_)) return nullptr;
    const char behind = text_[*at++];
    if (behind == ']') return at;
    if (behind != ',') return nullptr;
  }
}

// From an opening bracket to behind the one that closes it. `kinds` holds a bit for each level around, the innermost
// lowest: 1 for an object.
[[gnu::noinline]] const Position* RowWalk::skip_nested(const Position* at) const {
  const char* const text = text_;
  std::uint64_t kinds = 0;
  unsigned depth = 0;
  for (;;) {
    const char first = text[*at++];
    const Token token = token_of(first);
    if (token == Token::misplaced) return nullptr;
    bool closed = false;
    if (token == Token::bracket) {
      if (depth == depth_max) return nullptr;
      ++depth;
      kinds = kinds << 1 | (first == '{' ? 1 : 0);
      closed = text[*at] == first + 2;
      at += closed ? 1 : 0;
    }
    for (;;) {
      if (closed) {
        kinds >>= 1;
        if (--depth == 0) return at;
      } else if (token == Token::bracket) {
        break;
      }
      const char behind = text[*at++];
      if (behind == ',') break;
      if (behind != ((kinds & 1) != 0 ? '}' : ']')) return nullptr;
      closed = true;
    }
    if ((kinds & 1) != 0) {
      if (text[at[0]] != '"' || text[at[1]] != ':') return nullptr;
      at += 2;
    }
  }
}

// `next` is where the token behind the value stands.
inline bool RowWalk::read_scalar(const char* value, const char* next, Slot& slot) {
  const char* const end = end_of_token(value, next);
  if (*value == '"') return read_string(value, end, slot);
  slot.escaped = false;
  const std::string_view text(value, static_cast<std::size_t>(end - value));
  slot.text = text;
  switch (*value) {
    case 't': slot.kind = SlotKind::true_value; return text == "true";
    case 'f': slot.kind = SlotKind::false_value; return text == "false";
    case 'n': slot.kind = SlotKind::null_value; return text == "null";
    default: return read_number(value, end, slot.kind);
  }
}

// Stage 1 has found the closing quote, and looked at UTF-8 and control characters; what is left are the escapes. In a short
// text they are looked for with no loop, whose end would be guessed wrong; for long ones, where the next backslash is gets
// looked up once.
inline bool RowWalk::read_string(const char* value, const char* end, Slot& slot) {
  const char* const begin = value + 1;
  const char* const closing = end - 1;
  if (closing < begin || *closing != '"') return false;
  slot.kind = SlotKind::string;
  slot.text = {begin, closing};
  const char* backslash = closing;
  if (closing - begin <= 64) {
    backslash = find_in_block<'\\'>(begin, closing);
  } else {
    if (backslash_ < begin) {
      const void* const found = std::memchr(begin, '\\', static_cast<std::size_t>(text_end_ - begin));
      backslash_ = found == nullptr ? text_end_ : static_cast<const char*>(found);
    }
    backslash = std::min(backslash_, closing);
  }
  slot.escaped = backslash != closing;
  return !slot.escaped || check_escapes(value, backslash, end);
}

[[gnu::noinline]] bool RowWalk::check_escapes(const char* value, const char* backslash, const char* end) {
  const char* const closing = end - 1;
  for (const char* p = backslash; p != closing; p = find_first_of<'\\'>(p + 2, closing)) {
    if (p[1] == 'u') return scanner_.scan_value({value, end}).has_value();
    if (!std::string_view("\"\\/bfnrt").contains(p[1])) return false;
  }
  return true;
}

}  // namespace millrace::decode
