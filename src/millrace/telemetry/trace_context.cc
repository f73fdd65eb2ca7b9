// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/trace_context.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <span>

#include "millrace/base/keyed_hash.h"

namespace millrace::telemetry {
namespace {

constexpr std::size_t version_00_size = 55;
constexpr std::string_view digits = "0123456789abcdef";

// Lower case only, as the specification has it.
bool parse_hex(std::string_view text, std::span<std::uint8_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t high = digits.find(text[2 * i]);
    const std::size_t low = digits.find(text[2 * i + 1]);
    if (high == digits.npos || low == digits.npos) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

std::string hex_of(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

bool is_zero(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

TraceContext TraceContext::random() {
  TraceContext context;
  context.trace_id = std::bit_cast<TraceId>(random_hash_key());
  context.span_id = std::bit_cast<SpanId>(random_hash_key()[0]);
  context.trace_id[0] |= 1;  // a zero id means none
  context.span_id[0] |= 1;
  return context;
}

TraceContext TraceContext::from_environment() {
  const char* text = std::getenv("TRACEPARENT");
  const std::optional<TraceContext> given = text != nullptr ? parse_traceparent(text) : std::nullopt;
  return given ? *given : random();
}

std::optional<TraceContext> parse_traceparent(std::string_view text) {
  if (text.size() < version_00_size || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  std::array<std::uint8_t, 1> version;
  std::array<std::uint8_t, 1> flags;
  TraceContext context;
  if (!parse_hex(text.substr(0, 2), version) || !parse_hex(text.substr(3, 32), context.trace_id) ||
      !parse_hex(text.substr(36, 16), context.span_id) || !parse_hex(text.substr(53, 2), flags)) {
    return std::nullopt;
  }
  const std::string_view more = text.substr(version_00_size);
  if (version[0] == 0xff || (version[0] == 0 && !more.empty()) || (!more.empty() && more[0] != '-')) return std::nullopt;
  if (is_zero(context.trace_id) || is_zero(context.span_id)) return std::nullopt;
  return context;
}

std::string to_hex(const TraceId& id) { return hex_of(id); }
std::string to_hex(const SpanId& id) { return hex_of(id); }

}  // namespace millrace::telemetry
