// SPDX-License-Identifier: Apache-2.0
#include "millrace/source/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "millrace/base/bytes.h"
#include "millrace/base/newlines.h"
#include "millrace/source/batch_cutter.h"

namespace millrace::source {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t line_end_bytes_max = 2;

}  // namespace

Lines::Lines(std::unique_ptr<BatchCutter> cutter, std::size_t line_bytes_max)
    : cutter_(std::move(cutter)), line_bytes_max_(line_bytes_max) {}
Lines::Lines(Lines&&) noexcept = default;
Lines& Lines::operator=(Lines&&) noexcept = default;
Lines::~Lines() = default;

LineBatch Lines::cut(std::size_t size) {
  LentChunk chunk = cutter_->cut(size);
  scanned_ = 0;
  std::string_view text = chunk->text();
  std::uint64_t byte = chunk->offset;
  if (byte == 0 && text.starts_with(byte_order_mark)) {
    text.remove_prefix(byte_order_mark.size());
    byte += byte_order_mark.size();
  }
  const std::uint64_t line = std::exchange(line_, line_ + count_newlines(text));
  return {std::move(chunk), text, byte, line};
}

std::unexpected<Error> Lines::too_large() {
  ended_ = true;
  return fail(Code::too_large, fmt::format("a line is longer than {}", format_bytes(line_bytes_max_)),
              {.source = cutter_->name(), .line = line_, .byte = cutter_->chunk().offset, .record_id = {}});
}

// A '\r' at the end may belong to the line's end.
bool Lines::is_too_large(std::string_view line) const {
  return line.size() > line_bytes_max_ + (line.ends_with('\r') ? 1 : 0);
}

// Where the first line begins that is too long, the last one without its end among them. Only what is longer than a line may be is looked at.
std::size_t Lines::too_large_at(std::string_view text) const {
  if (text.size() <= line_bytes_max_) return std::string_view::npos;
  const std::size_t mark = cutter_->chunk().offset == 0 && text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  for (std::size_t at = mark; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (is_too_large(text.substr(at, end - at))) return at == mark ? 0 : at;
    at = end + 1;
  }
  return std::string_view::npos;
}

Result<std::optional<LineBatch>> Lines::next() {
  while (!ended_) {
    cutter_->fill();
    const std::string_view text = cutter_->chunk().text();
    const std::string_view fresh = text.substr(scanned_);
    if (const std::size_t at = too_large_at(text); at != std::string_view::npos) {
      if (at == 0) return too_large();
      return cut(at);
    }
    if (const void* const last = ::memrchr(fresh.data(), '\n', fresh.size())) {
      return cut(static_cast<std::size_t>(static_cast<const char*>(last) - text.data()) + 1);
    }
    scanned_ = text.size();
    if (cutter_->has_ended()) {
      ended_ = true;
      if (std::optional<Error> failure = cutter_->take_failure()) return std::unexpected(*std::move(failure));
      if (text.empty()) break;
      LineBatch rest = cut(text.size());
      if (rest.text().empty()) break;
      return rest;
    }
    if (cutter_->is_full()) cutter_->grow(byte_order_mark.size() + line_bytes_max_ + line_end_bytes_max);
  }
  return std::nullopt;
}

Result<Lines> read_lines(const std::string& path, const LinesOptions& options) {
  Result<std::unique_ptr<Source>> source = open_source(path, options.stop);
  if (!source) return std::unexpected(std::move(source).error());
  return Lines(std::make_unique<BatchCutter>(*std::move(source), options.batch_bytes), options.line_bytes_max);
}

}  // namespace millrace::source
