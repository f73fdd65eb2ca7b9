// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/line_rows.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "millrace/base/chunk.h"
#include "millrace/decode/newlines.h"
#include "millrace/telemetry/profile.h"

namespace millrace::decode {
namespace {

const char* find_newline(const char* begin, const char* end) {
  return static_cast<const char*>(std::memchr(begin, '\n', static_cast<std::size_t>(end - begin)));
}

const char* find_last_newline(const char* begin, const char* end) {
  return static_cast<const char*>(::memrchr(begin, '\n', static_cast<std::size_t>(end - begin)));
}

}  // namespace

void LineRows::open(const Slice& slice) {
  slice_ = &slice;
  const std::string_view text = slice.chunk.text();
  at_ = window_begin_ = window_end_ = singles_end_ = text.data();
  end_ = at_ + text.size();
  line_ = slice.line;
}

bool LineRows::next(FoundRow& found) {
  while (at_ != end_) {
    if (at_ == window_end_) open_window();
    const char* const line = at_;
    const std::uint64_t number = line_++;
    if (position_ == nullptr) {
      at_ = window_end_;
      if (judge_line({line, at_}, number, found)) return true;
      continue;
    }
    const char* const text_line = text_ + (line - window_begin_);
    const char* const newline = text_ + *newline_++;
    const auto bytes = static_cast<std::size_t>(newline - text_line);
    at_ = std::min(line + bytes + 1, end_);
    if (bytes <= slice_->record_bytes_max) {
      if (text_ + *position_ >= newline) continue;  // blank
      if (read_line(newline, number, found)) return true;
    }
    while (text_ + *position_ < newline) ++position_;
    if (judge_line({line, bytes}, number, found)) return true;
  }
  return false;
}

// The line of which *position_ is the first position, when it holds one record and nothing else.
bool LineRows::read_line(const char* newline, std::uint64_t number, FoundRow& found) {
  const std::uint32_t* const behind = walk_.record(position_, newline);
  if (behind == nullptr || text_ + behind[-1] > newline || text_ + *behind < newline) return false;
  const std::uint32_t begin = *position_;
  found.input = {window_begin_ + begin, behind[-1] + 1 - begin};
  found.row = {.text = found.input, .slots = walk_.slots()};
  found.line = number;
  found.byte = found.offset = slice_->chunk.offset + static_cast<std::uint64_t>(found.input.data() - slice_->chunk.data());
  found.source.clear();
  found.error.reset();
  found.is_json = false;
  position_ = behind;
  return true;
}

bool LineRows::judge_line(std::string_view line, std::uint64_t number, FoundRow& found) {
  reader_.open(*slice_, line, number);
  if (!reader_.next(strict_)) return false;
  slots_.show(strict_, found);
  return true;
}

// As many whole lines as fit. What is said of a line depends on the line alone: one that fits gets its structure looked at,
// whatever stands in its neighbours and wherever the slice was cut.
void LineRows::open_window() {
  window_begin_ = text_ = at_;
  const char* const end = at_ + std::min(static_cast<std::size_t>(end_ - at_), RowReader::line_bytes_max);
  const bool single = at_ < singles_end_;
  const char* const last = single ? find_newline(at_, end) : find_last_newline(at_, end);
  if (last != nullptr) {
    window_end_ = last + 1;
    find_structure({at_, window_end_});
    if (position_ != nullptr || single) return;
    singles_end_ = window_end_;
    open_window();
  } else if (end == end_ && end - at_ < static_cast<std::ptrdiff_t>(RowReader::line_bytes_max)) {
    window_end_ = end_;
    tail_.assign(at_, end_);
    tail_ += '\n';
    const std::size_t size = tail_.size();
    tail_.append(Chunk::padding, '\0');
    text_ = tail_.data();
    find_structure({text_, size});
  } else {
    const char* const newline = find_newline(at_, end_);
    window_end_ = newline == nullptr ? end_ : newline + 1;
    position_ = nullptr;
  }
}

void LineRows::find_structure(std::string_view text) {
  MILLRACE_PROFILE_SCOPE("find structure", "bytes", text.size());
  position_ = structure_.find(text) ? structure_.positions() : nullptr;
  if (position_ == nullptr) return;
  if (newlines_.size() <= text.size()) newlines_.resize(std::bit_ceil(text.size() + 1));
  find_newlines(text, newlines_.data());
  newline_ = newlines_.data();
  walk_.open(text);
}

}  // namespace millrace::decode
