// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/json_scanner.h"

#include <emmintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <cstdint>
#include <cstring>

#include "millrace/base/chunk.h"
#include "millrace/record/json.h"
#include "millrace/record/json_rewrite.h"

namespace millrace {
namespace {

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A short hash of a key: two that differ may share it, which costs a needless rewrite and nothing else.
std::uint32_t hash_key(std::string_view key) {
  std::uint64_t head;
  std::uint64_t tail = 0;
  std::memcpy(&head, key.data(), 8);  // Chunk::padding makes this safe
  if (key.size() >= 8) {
    std::memcpy(&tail, key.data() + key.size() - 8, 8);
  } else {
    head &= (std::uint64_t{1} << 8 * key.size()) - 1;
  }
  std::uint64_t hash = (head ^ key.size()) * 0x9e3779b97f4a7c15 + (tail ^ key.size() << 32) * 0xc2b2ae3d27d4eb4f;
  for (std::size_t at = 8; at + 8 < key.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, key.data() + at, 8);
    hash = (std::rotl(hash, 23) ^ word) * 0x9e3779b97f4a7c15;
  }
  return static_cast<std::uint32_t>(hash >> 32);
}

// The walk over one text. Each step moves `p` over what it accepts, or notes a fault and returns false.
class Walk {
 public:
  Walk(std::string_view text, std::vector<std::uint32_t>& hashes)
      : begin_(text.data()), end_(text.data() + text.size()), p(begin_), hashes_(hashes) {
    hashes_.clear();
  }

  bool fault(const char* what) {
    what_ = what;
    return false;
  }
  bool fault_at(const char* where, const char* what) {
    p = where;
    return fault(what);
  }
  std::unexpected<JsonFault> take_fault() const { return std::unexpected(JsonFault{offset(), what_}); }
  std::size_t offset() const { return static_cast<std::size_t>(p - begin_); }
  bool at_end() const { return p >= end_; }
  void skip_space() {
    while (p < end_ && is_space(*p)) ++p;
  }

  bool key(std::string_view& name, bool& escaped);
  bool string(bool& escaped);
  bool scalar(FieldView& out);
  bool nested(std::size_t levels_around);
  bool comma_or(char closing, bool& closed);

  // Keys of the object that began when `hashes.size()` was `base`; notes whether one may stand twice.
  void note_key(std::size_t base, std::string_view name) {
    const std::uint32_t hash = hash_key(name);
    if (hashes_.size() - base <= linear_keys_max) {
      for (std::size_t i = base; i < hashes_.size(); ++i) may_repeat |= hashes_[i] == hash;
    }
    hashes_.push_back(hash);
  }
  void end_keys(std::size_t base) {
    if (hashes_.size() - base > linear_keys_max) {
      const auto first = hashes_.begin() + static_cast<std::ptrdiff_t>(base);
      std::sort(first, hashes_.end());
      may_repeat |= std::adjacent_find(first, hashes_.end()) != hashes_.end();
    }
    hashes_.resize(base);
  }

 private:
  // Up to here a key is compared with each before it; beyond, all are sorted at the object's end.
  static constexpr std::size_t linear_keys_max = 64;

  bool escape();
  bool unicode_escape(unsigned& unit);
  bool number(FieldView& out);
  bool literal(std::string_view word, JsonKind kind, FieldView& out);

  const char* begin_;
  const char* end_;

 public:
  const char* p;
  bool may_repeat = false;

 private:
  std::vector<std::uint32_t>& hashes_;
  const char* what_ = "";
};

bool Walk::unicode_escape(unsigned& unit) {
  unit = 0;
  if (end_ - p < 6) return fault("a \\u escape is cut short");
  for (int i = 2; i < 6; ++i) {
    const int digit = hex_value(p[i]);
    if (digit < 0) return fault("a \\u escape needs four hexadecimal digits");
    unit = unit << 4 | static_cast<unsigned>(digit);
  }
  p += 6;
  return true;
}

bool Walk::escape() {  // *p is the backslash
  if (end_ - p < 2) return fault("an escape is cut short");
  if (p[1] != 'u') {
    if (!std::string_view("\"\\/bfnrt").contains(p[1])) return fault("there is no such escape in JSON");
    p += 2;
    return true;
  }
  const char* const start = p;
  unsigned unit = 0;
  if (!unicode_escape(unit)) return false;
  if (unit >= 0xdc00 && unit <= 0xdfff) return fault_at(start, "a low surrogate stands alone");
  if (unit < 0xd800 || unit > 0xdbff) return true;
  if (end_ - p < 2 || p[0] != '\\' || p[1] != 'u') return fault_at(start, "a high surrogate stands alone");
  if (!unicode_escape(unit)) return false;
  if (unit < 0xdc00 || unit > 0xdfff) return fault_at(start, "a high surrogate stands alone");
  return true;
}

// *p is the opening quote; afterwards p is behind the closing one. Sixteen bytes a step: posts are mostly long strings.
bool Walk::string(bool& escaped) {
  ++p;
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1f);
  for (;;) {
    if (p >= end_) return fault_at(end_, "a string is not closed");
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));  // Chunk::padding makes this safe
    const __m128i special = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                                         _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    if (mask == 0) {
      p += 16;
      continue;
    }
    p += std::countr_zero(mask);
    if (p >= end_) return fault_at(end_, "a string is not closed");
    if (*p == '"') {
      ++p;
      return true;
    }
    if (*p != '\\') return fault("a control character in a string must be escaped");
    escaped = true;
    if (!escape()) return false;
  }
}

bool Walk::number(FieldView& out) {
  const char* const start = p;
  out.kind = JsonKind::integer;
  if (*p == '-') ++p;
  if (p >= end_ || !is_digit(*p)) return fault_at(start, "a minus sign needs a digit behind it");
  if (*p == '0' && p + 1 < end_ && is_digit(p[1])) return fault_at(start, "a number begins with a needless zero");
  while (p < end_ && is_digit(*p)) ++p;
  if (p < end_ && *p == '.') {
    out.kind = JsonKind::real;
    ++p;
    if (p >= end_ || !is_digit(*p)) return fault_at(start, "a decimal point needs a digit behind it");
    while (p < end_ && is_digit(*p)) ++p;
  }
  if (p < end_ && (*p == 'e' || *p == 'E')) {
    out.kind = JsonKind::real;
    ++p;
    if (p < end_ && (*p == '+' || *p == '-')) ++p;
    if (p >= end_ || !is_digit(*p)) return fault_at(start, "an exponent needs a digit");
    while (p < end_ && is_digit(*p)) ++p;
  }
  return true;
}

bool Walk::literal(std::string_view word, JsonKind kind, FieldView& out) {
  if (!std::string_view(p, end_).starts_with(word)) return fault("expected a value");
  p += word.size();
  out.kind = kind;
  return true;
}

// A value that is neither object nor array.
bool Walk::scalar(FieldView& out) {
  if (at_end()) return fault("expected a value");
  switch (*p) {
    case '"':
      out.kind = JsonKind::string;
      out.escaped = false;
      return string(out.escaped);
    case 't': return literal("true", JsonKind::true_value, out);
    case 'f': return literal("false", JsonKind::false_value, out);
    case 'n': return literal("null", JsonKind::null_value, out);
    default: return *p == '-' || is_digit(*p) ? number(out) : fault("expected a value");
  }
}

bool Walk::key(std::string_view& name, bool& escaped) {
  if (at_end() || *p != '"') return fault("expected a key in double quotes");
  const char* const start = p + 1;
  if (!string(escaped)) return false;
  name = {start, static_cast<std::size_t>(p - 1 - start)};
  skip_space();
  if (at_end() || *p != ':') return fault("expected ':' after a key");
  ++p;
  skip_space();
  return true;
}

bool Walk::comma_or(char closing, bool& closed) {
  skip_space();
  closed = false;
  if (!at_end() && *p == ',') {
    ++p;
    skip_space();
    return true;
  }
  if (at_end() || *p != closing) return fault(closing == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
  ++p;
  closed = true;
  return true;
}

// *p opens an object or array; afterwards p is behind the bracket that closes it. No recursion: the text decides the depth.
bool Walk::nested(std::size_t levels_around) {
  std::bitset<JsonScanner::depth_max + 1> is_object;
  std::array<std::uint32_t, JsonScanner::depth_max + 1> key_base;  // NOLINT: each is written before it is read
  const std::size_t depth_max = JsonScanner::depth_max - levels_around;
  std::size_t depth = 0;
  FieldView ignored;
  for (;;) {
    bool closed = false;
    if (!at_end() && (*p == '{' || *p == '[')) {
      if (depth == depth_max) return fault("nested deeper than 1000 levels");
      is_object[++depth] = *p == '{';
      key_base[depth] = static_cast<std::uint32_t>(hashes_.size());
      ++p;
      skip_space();
      closed = !at_end() && *p == (is_object[depth] ? '}' : ']');
      if (closed) ++p;
    } else {
      if (!scalar(ignored)) return false;
      if (!comma_or(is_object[depth] ? '}' : ']', closed)) return false;
    }
    while (closed) {
      if (is_object[depth]) end_keys(key_base[depth]);
      if (--depth == 0) return true;
      if (!comma_or(is_object[depth] ? '}' : ']', closed)) return false;
    }
    if (is_object[depth]) {
      std::string_view name;
      bool escaped = false;
      if (!key(name, escaped)) return false;
      note_key(key_base[depth], name);
      may_repeat |= escaped;
    }
  }
}

bool walk_value(Walk& walk, std::size_t levels_around) {
  FieldView value;
  const bool container = !walk.at_end() && (*walk.p == '{' || *walk.p == '[');
  return container ? walk.nested(levels_around) : walk.scalar(value);
}

const char* kind_name(char first) {
  switch (first) {
    case '[': return "the record is an array, not an object";
    case '"': return "the record is a text, not an object";
    case 't':
    case 'f': return "the record is a bool, not an object";
    case 'n': return "the record is null, not an object";
    default: return "the record is a number, not an object";
  }
}

bool walk_record(Walk& walk, RecordView& record) {
  if (walk.at_end() || *walk.p != '{') {
    const char* const start = walk.p;
    return walk_value(walk, 0) ? walk.fault_at(start, kind_name(*start)) : false;
  }
  ++walk.p;
  walk.skip_space();
  if (!walk.at_end() && *walk.p == '}') {
    ++walk.p;
    return true;
  }
  for (bool closed = false; !closed;) {
    if (record.fields.size() == JsonScanner::fields_max) return walk.fault("the record has more than 65536 fields");
    FieldView& field = record.fields.emplace_back();
    bool escaped_key = false;
    if (!walk.key(field.key, escaped_key)) return false;
    walk.note_key(0, field.key);
    walk.may_repeat |= escaped_key;
    const char* const start = walk.p;
    if (!walk.at_end() && (*start == '{' || *start == '[')) {
      field.kind = *start == '{' ? JsonKind::object : JsonKind::array;
      if (!walk.nested(1)) return false;
    } else if (!walk.scalar(field)) {
      return false;
    }
    field.value = {start, static_cast<std::size_t>(walk.p - start)};
    if (!walk.comma_or('}', closed)) return false;
  }
  walk.end_keys(0);
  return true;
}

}  // namespace

std::expected<std::size_t, JsonFault> JsonScanner::scan_record(std::string_view text, RecordView& record) {
  record.fields.clear();
  Walk walk(text, key_hashes_);
  if (!walk_record(walk, record)) return walk.take_fault();
  const std::size_t size = walk.offset();
  record.text = text.substr(0, size);
  if (walk.may_repeat) rewrite(record);
  return size;
}

std::expected<std::size_t, JsonFault> JsonScanner::scan_value(std::string_view text) {
  Walk walk(text, key_hashes_);
  if (!walk_value(walk, 0)) return walk.take_fault();
  return walk.offset();
}

std::expected<std::size_t, JsonFault> JsonScanner::scan_value(std::string_view text, std::size_t levels_around,
                                                              std::string& rewritten) {
  rewritten.clear();
  Walk walk(text, key_hashes_);
  if (!walk_value(walk, levels_around)) return walk.take_fault();
  const std::size_t size = walk.offset();
  if (walk.may_repeat) append_without_repeats(rewritten, text.substr(0, size));
  return size;
}

// The rare record with a repeated or an escaped key: its text is written again without repeats, and its top-level keys are
// decoded.
void JsonScanner::rewrite(RecordView& record) {
  scratch_.clear();
  append_without_repeats(scratch_, record.text);
  scratch_.append(Chunk::padding, '\0');
  const std::string_view text(scratch_.data(), scratch_.size() - Chunk::padding);
  record.fields.clear();
  Walk walk(text, key_hashes_);
  walk_record(walk, record);
  record.text = text;
  keys_.clear();
  keys_.reserve(record.fields.size());  // the views below must not move
  for (FieldView& field : record.fields) {
    if (!field.key.contains('\\')) continue;
    field.key = keys_.emplace_back(decode_json_string({field.key.data() - 1, field.key.size() + 2}));
  }
}

}  // namespace millrace
