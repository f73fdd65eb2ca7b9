// SPDX-License-Identifier: Apache-2.0
#include "millrace/decode/splitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/base/newlines.h"
#include "millrace/decode/boundary.h"
#include "millrace/decode/csv_syntax.h"
#include "millrace/decode/fault.h"
#include "millrace/decode/json_element.h"
#include "millrace/decode/line_count.h"

namespace millrace::decode {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t start_bytes = 3;  // enough to tell a mark, and UTF-16
constexpr std::size_t repeated_header_chunks = 4;  // what the header comes to in all rows of a slice
constexpr std::size_t small_slice_part = 2;        // a slice under this part of its chunk gets a chunk of its size

bool is_utf16(std::string_view start) {
  if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff")) return true;
  return start.size() >= 2 && (start[0] == '\0') != (start[1] == '\0');  // half an ASCII character
}

Chunk copy_of(std::string_view text, Chunk into) {
  text.copy(into.data(), text.size());
  into.set_size(text.size());
  return into;
}

std::unique_ptr<Boundaries> boundaries_of(Format format) {
  switch (format) {
    case Format::ndjson:
    case Format::rejects: return line_boundaries();
    case Format::json: return json_boundaries();
    case Format::csv: return csv_boundaries();
  }
  std::unreachable();
}

}  // namespace

// The chunk holds the input from the last boundary on. Each phase has a step, which answers with a slice, goes on to
// another phase, or asks for more bytes.
class Splitter::Implementation {
 public:
  Implementation(Format format, SplitterOptions options, ChunkPool& pool)
      : format_(format),
        options_(options),
        pool_(pool),
        chunk_(pool.take()),
        boundaries_(boundaries_of(format)),
        slice_records_max_(options.slice_records_max) {}
  ~Implementation() { pool_.give(std::move(chunk_)); }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  std::span<char> space() {
    chunk_.grow(chunk_bytes_next());
    return {chunk_.data() + chunk_.size(), chunk_.capacity() - chunk_.size()};
  }
  void filled(std::size_t size) {
    chunk_.set_size(chunk_.size() + size);
    input_ended_ = size == 0;
    cut_what_is_there_ = false;
  }
  void stall() { cut_what_is_there_ = true; }
  std::size_t chunk_bytes_next() const;
  void cut_short() { input_ended_ = cut_short_ = true; }
  std::optional<Slice> next();
  bool ended() const { return phase_ == Phase::ended; }

 private:
  enum class Phase : unsigned char { start, header, records, dropping, closed, ended };
  using Step = std::optional<Slice>;

  Step step_start();
  Step step_header();
  Step step_records();
  Step step_dropping();
  Step step_closed();
  Step cut_rest();

  Step ask_for_bytes() {
    starved_ = true;
    return std::nullopt;
  }
  // A chunk may hold a record too large by this before it is dropped: its line end is not counted.
  std::size_t chunk_bytes_max() const { return options_.record_bytes_max + 3; }
  bool is_full() const { return chunk_.size() == chunk_.capacity(); }
  std::uint64_t count_lines(std::string_view text) const {
    return format_ == Format::csv ? count_any_newlines(text) : count_newlines(text);
  }
  std::uint64_t position(std::size_t at) const { return chunk_.offset + at; }
  void pass_over(std::size_t size);
  void drop_front(std::size_t size);
  Slice slice_up_to(std::size_t end);
  Slice fault_slice(Error error, std::uint64_t line, std::uint64_t byte, std::uint64_t taken_up_to);
  Step give_up(Error error, std::size_t at);

  const Format format_;
  const SplitterOptions options_;
  ChunkPool& pool_;
  Chunk chunk_;
  std::unique_ptr<Boundaries> boundaries_;
  Phase phase_ = Phase::start;
  bool input_ended_ = false;
  bool cut_short_ = false;
  bool starved_ = false;
  bool cut_what_is_there_ = false;
  std::size_t slice_records_max_;
  std::size_t scanned_ = 0;  // of the chunk, by the boundaries
  std::uint64_t line_ = 1;   // of the chunk's first byte
  std::uint64_t taken_ = 0;  // accounted for by slices
  JsonBefore json_before_ = JsonBefore::nothing;
  std::shared_ptr<const std::string> header_;
  CsvRow header_row_;
  // Of the record that is being dropped:
  std::uint64_t dropped_line_ = 0;
  std::uint64_t dropped_byte_ = 0;
  bool ended_with_return_ = false;
};

std::optional<Slice> Splitter::Implementation::next() {
  while (phase_ != Phase::ended) {
    starved_ = false;
    Step slice;
    switch (phase_) {
      case Phase::start: slice = step_start(); break;
      case Phase::header: slice = step_header(); break;
      case Phase::records: slice = step_records(); break;
      case Phase::dropping: slice = step_dropping(); break;
      case Phase::closed: slice = step_closed(); break;
      case Phase::ended: break;
    }
    if (slice || starved_) return slice;
  }
  return std::nullopt;
}

Splitter::Implementation::Step Splitter::Implementation::step_start() {
  if (chunk_.size() < start_bytes && !input_ended_) return ask_for_bytes();
  phase_ = format_ == Format::csv ? Phase::header : Phase::records;
  if (is_utf16(chunk_.text())) {
    return give_up(
        {Code::invalid_json, "the input is UTF-16, not UTF-8; convert it first: iconv -f UTF-16 -t UTF-8 FILE", {}}, 0);
  }
  if (chunk_.text().starts_with(byte_order_mark)) pass_over(byte_order_mark.size());
  return std::nullopt;
}

// The first row that is not blank names the columns.
Splitter::Implementation::Step Splitter::Implementation::step_header() {
  const std::optional<std::size_t> end = header_row_.find_end(chunk_.text(), scanned_);
  scanned_ = chunk_.size();
  const std::size_t size = end.value_or(chunk_.size());
  if (size > options_.record_bytes_max) return give_up(header_too_large(options_.record_bytes_max, options_.record_bytes_from), 0);
  if (!end && !input_ended_) return ask_for_bytes();
  if (!end && cut_short_) return cut_rest();
  std::string row(chunk_.text().substr(0, size));
  scanned_ = 0;
  if (!end) phase_ = Phase::records;
  if (row.find_first_not_of("\r\n") == std::string::npos) {
    pass_over(row.size());
    return std::nullopt;
  }
  if (Result<std::vector<std::string>> names = read_csv_header(row); !names)
    return give_up(std::move(names).error(), 0);
  pass_over(row.size());
  slice_records_max_ =
      std::clamp<std::size_t>(repeated_header_chunks * pool_.chunk_bytes() / row.size(), 1, slice_records_max_);
  header_ = std::make_shared<const std::string>(std::move(row));
  phase_ = Phase::records;
  return std::nullopt;
}

Splitter::Implementation::Step Splitter::Implementation::step_records() {
  if (!is_full() && !input_ended_ && !cut_what_is_there_) return ask_for_bytes();
  const auto [boundary, more] = boundaries_->find_last(chunk_.text(), scanned_, slice_records_max_);
  scanned_ = chunk_.size();
  cut_what_is_there_ = more;
  if (boundary != 0) {
    if (boundaries_->closed()) phase_ = Phase::closed;
    Slice slice = slice_up_to(boundary);
    if (more) scanned_ = 0;
    json_before_ = boundaries_->json_before();
    return slice;
  }
  if (input_ended_) return cut_rest();
  if (chunk_.size() < chunk_bytes_max()) return ask_for_bytes();
  phase_ = Phase::dropping;
  dropped_line_ = line_;
  dropped_byte_ = chunk_.offset;
  pass_over(chunk_.size());
  return ask_for_bytes();
}

Splitter::Implementation::Step Splitter::Implementation::cut_rest() {
  phase_ = Phase::ended;
  if (cut_short_) return std::nullopt;
  Boundaries::Rest rest = boundaries_->judge_rest();
  const std::size_t size = rest.is_record ? chunk_.size() : 0;
  if (rest.fault.empty() && position(size) == taken_) return std::nullopt;
  Slice slice = slice_up_to(size);
  if (rest.fault.empty()) return slice;
  const std::string_view left = chunk_.text();  // behind the slice
  const bool fits = left.size() <= options_.record_bytes_max;
  slice.fault =
      fits ? Error{Code::invalid_json, std::move(rest.fault), {}} : too_large(left.size(), options_.record_bytes_max, options_.record_bytes_from);
  slice.fault->place.line = line_;
  slice.fault->place.byte = position(0);
  slice.bytes_taken += left.size();
  if (fits) slice.fault_text = left;
  return slice;
}

Splitter::Implementation::Step Splitter::Implementation::step_dropping() {
  const std::optional<Boundaries::RecordEnd> end = boundaries_->find_end(chunk_.text(), input_ended_);
  const std::size_t line_end_bytes = end ? end->line_end_bytes : 0;
  pass_over(end ? end->at : chunk_.size());
  if (!end && !input_ended_) return ask_for_bytes();
  const bool may_end = end || boundaries_->judge_rest().is_record;
  phase_ = may_end ? Phase::records : Phase::ended;  // in the former an array may turn out never to be closed
  json_before_ = boundaries_->json_before();
  const std::uint64_t record_bytes = position(0) - dropped_byte_ - line_end_bytes;
  return fault_slice(too_large(record_bytes, options_.record_bytes_max, options_.record_bytes_from), dropped_line_, dropped_byte_, position(0));
}

// Behind the ']' of a JSON array nothing may stand.
Splitter::Implementation::Step Splitter::Implementation::step_closed() {
  const std::string_view text = chunk_.text();
  const auto stranger = std::ranges::find_if_not(text, is_json_space);
  if (stranger != text.end()) {
    return give_up({Code::invalid_json, "text follows the closing bracket of the array", {}},
                   static_cast<std::size_t>(stranger - text.begin()));
  }
  pass_over(chunk_.size());
  if (!input_ended_) return ask_for_bytes();
  return cut_rest();
}

// Doubles, so that a large record is copied once or twice over and not at each read.
std::size_t Splitter::Implementation::chunk_bytes_next() const {
  if (!is_full()) return chunk_.capacity();
  return std::max(start_bytes, std::min(2 * chunk_.capacity(), std::max(chunk_bytes_max(), chunk_.capacity() + 1)));
}

// Takes the chunk's first `size` bytes away; they belong to no slice's text.
void Splitter::Implementation::pass_over(std::size_t size) {
  const std::string_view gone = chunk_.text().substr(0, size);
  line_ += count_lines(gone);
  if (ended_with_return_ && gone.starts_with('\n')) --line_;  // a CSV row being dropped was torn between "\r\n"
  ended_with_return_ = format_ == Format::csv && gone.ends_with('\r');
  drop_front(size);
  scanned_ = 0;
}

void Splitter::Implementation::drop_front(std::size_t size) {
  std::memmove(chunk_.data(), chunk_.data() + size, chunk_.size() - size);
  chunk_.set_size(chunk_.size() - size);
  chunk_.offset += size;
}

// Moves the chunk, up to `end`, into a slice, and the bytes behind into the next chunk. What is small is copied instead: a
// few records must not hold a whole chunk until they are settled.
Slice Splitter::Implementation::slice_up_to(std::size_t end) {
  Slice slice;
  slice.line = line_;
  slice.bytes_taken = position(end) - taken_;
  slice.record_bytes_max = options_.record_bytes_max;
  slice.record_bytes_from = options_.record_bytes_from;
  slice.json_before = json_before_;
  slice.header = header_;
  line_ += count_lines(chunk_.text().substr(0, end));
  taken_ = position(end);
  if (end < chunk_.capacity() / small_slice_part) {
    slice.chunk = copy_of(chunk_.text().substr(0, end), Chunk(end));
    slice.chunk.offset = chunk_.offset;
    drop_front(end);
    if (chunk_.capacity() > pool_.chunk_bytes() && chunk_.size() < pool_.chunk_bytes()) {  // one huge record had grown it
      const std::uint64_t offset = chunk_.offset;
      chunk_ = copy_of(chunk_.text(), pool_.take());
      chunk_.offset = offset;
    }
  } else {
    const std::string_view tail = chunk_.text().substr(end);
    Chunk next = pool_.take();
    if (tail.size() >= next.capacity()) next.grow(tail.size() + pool_.chunk_bytes());
    next = copy_of(tail, std::move(next));
    next.offset = position(end);
    chunk_.set_size(end);
    slice.chunk = std::exchange(chunk_, std::move(next));
  }
  scanned_ = chunk_.size();
  return slice;
}

Slice Splitter::Implementation::fault_slice(Error error, std::uint64_t line, std::uint64_t byte,
                                            std::uint64_t taken_up_to) {
  Slice slice;
  slice.chunk.offset = byte;
  slice.line = line;
  slice.bytes_taken = taken_up_to - std::exchange(taken_, taken_up_to);
  slice.record_bytes_max = options_.record_bytes_max;
  slice.record_bytes_from = options_.record_bytes_from;
  slice.json_before = json_before_;
  slice.header = header_;
  slice.fault = std::move(error);
  slice.fault->place.line = line;
  slice.fault->place.byte = byte;
  return slice;
}

// The rest of the input cannot be decoded at all, from byte `at` of the chunk on.
Splitter::Implementation::Step Splitter::Implementation::give_up(Error error, std::size_t at) {
  phase_ = Phase::ended;
  const std::uint64_t line = line_ + count_lines(chunk_.text().substr(0, at));
  return fault_slice(std::move(error), line, position(at), position(chunk_.size()));
}

Splitter::Splitter(Format format, SplitterOptions options, ChunkPool& pool)
    : implementation_(std::make_unique<Implementation>(format, options, pool)) {}
Splitter::~Splitter() = default;

std::span<char> Splitter::space() { return implementation_->space(); }
void Splitter::filled(std::size_t size) { implementation_->filled(size); }
void Splitter::stall() { implementation_->stall(); }
std::size_t Splitter::chunk_bytes_next() const { return implementation_->chunk_bytes_next(); }
void Splitter::cut_short() { implementation_->cut_short(); }
std::optional<Slice> Splitter::next() { return implementation_->next(); }
bool Splitter::ended() const { return implementation_->ended(); }

}  // namespace millrace::decode
