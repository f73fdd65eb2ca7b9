// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/ndjson_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "millrace/base/assert.h"
#include "millrace/gateway/answers.h"

namespace millrace::gateway {
namespace {

constexpr std::size_t chunk_bytes = 64u << 10;
constexpr int fills_max = 4;  // of chunk_bytes, before the loop does something else
constexpr std::size_t write_bytes_max = 64u << 10;
constexpr std::chrono::milliseconds look_again{20};  // while others fill the queue

}  // namespace

void NdjsonStream::start(net::Loop& loop, Call call, std::string_view table, bool is_gzip, const StreamLimits& limits) {
  if (call.desk().streams.size() >= call.desk().streams_max) {
    return std::move(call).refuse({Code::overloaded, "There are too many streams now.", {}}, Origin::request);
  }
  std::make_shared<NdjsonStream>(loop, std::move(call), table, is_gzip, limits)->go_on();
}

NdjsonStream::NdjsonStream(net::Loop& loop, Call call, std::string_view table, bool is_gzip, const StreamLimits& limits)
    : loop_(loop),
      again_(loop),
      call_(std::move(call)),
      table_(table),
      limits_(limits),
      exchange_(call_.exchange()),
      committer_(call_.desk().committer),
      pool_(chunk_bytes),
      splitter_(decode::Format::ndjson, {.record_bytes_max = limits.record_bytes_max}, pool_),
      reader_(decode::Format::ndjson) {
  call_.desk().streams.insert(this);
  generation_ = call_.desk().access.generation();
  if (is_gzip) inflater_.emplace();
}

// Once for all that one commit settles.
void NdjsonStream::go_on_soon() {
  if (std::exchange(is_posted_, true)) return;
  loop_.post([self = shared_from_this()] {
    self->is_posted_ = false;
    self->go_on();
  });
}

bool NdjsonStream::has_room() const { return lines_.size() < limits_.records_max && bytes_under_way_ < limits_.bytes_max; }

// A record more: by the token, which a reload may have taken away, by its rate, and by the queue.
bool NdjsonStream::may_give() {
  Access& access = call_.desk().access;
  if (std::exchange(generation_, access.generation()) != access.generation() && !access.renew(call_.token, Right::create, table_)) {
    stop(wrong_token());
    return false;
  }
  wait_ = access.wait(call_.token);
  if (wait_) return false;
  const bool queue_has_room = committer_.has_room_for_streams();  // asked once: the committer makes room at any time
  if (!queue_has_room && unsettled_ == 0) wait_ = look_again;
  return queue_has_room && has_room();
}

void NdjsonStream::go_on() {
  if (is_finished_) return;
  int fills = 0;
  bool wants_bytes = false;  // all of the piece was taken: only then may the next one come
  while (!is_stopped_ && !wants_bytes && fills <= fills_max && may_give()) {
    if (take_records()) continue;
    if (is_input_over_) break;
    if (fill()) {
      ++fills;
    } else {
      wants_bytes = !is_input_over_;
    }
  }
  write();
  if (is_finished_) return;
  if (fills > fills_max) return go_on_soon();  // others want their turn: gzip makes much out of little
  const bool is_over = is_stopped_ || (is_input_over_ && !slice_);
  if (is_over && lines_.empty() && !is_writing_) return finish();
  if (is_over) return;
  if (wait_) {
    again_.start(*wait_, [self = shared_from_this()] { self->go_on(); });
  } else if (wants_bytes) {
    read();
  }
}

// ---- the body

void NdjsonStream::read() {
  if (std::exchange(is_reading_, true)) return;
  exchange_->read([self = shared_from_this()](net::HttpPiece piece) noexcept {
    self->is_reading_ = false;
    if (self->is_finished_) return;
    self->take(piece);
    self->go_on();
  });
}

void NdjsonStream::take(const net::HttpPiece& piece) {
  using Kind = net::HttpPiece::Kind;
  switch (piece.kind) {
    case Kind::data:
      MILLRACE_ASSERT(piece_.empty() || inflater_);  // the last one is used up
      bytes_in_ += piece.bytes.size();
      piece_ = piece.bytes;
      if (inflater_) inflater_->feed(piece_);
      return;
    case Kind::end:
      if (inflater_ && !inflater_->may_end()) return stop(refusal(400, {}, "The gzip is cut short."));
      splitter_.filled(0);
      return;
    case Kind::gone: return stop(refusal(400, {}, "The connection was closed before the body's end."));  // a half of it: who only sends no more still reads
    case Kind::malformed: return stop(refusal(400, {}, "From here on the body is malformed."));
    case Kind::too_slow: return stop(refusal(408));
    case Kind::closing: return stop({.status = 503, .code = "unavailable", .detail = "The server is stopping: what has no line before this one was not taken."});
  }
}

// Moves bytes of the piece to the splitter. False when there are none: the next piece is to be read.
bool NdjsonStream::fill() {
  if (splitter_.ended()) {
    is_input_over_ = true;
    return false;
  }
  std::size_t size = 0;
  if (inflater_) {
    const std::span<char> space = splitter_.space();
    const Result<std::size_t> inflated = inflater_->take(space.first(std::min(space.size(), chunk_bytes)));
    if (!inflated) {
      stop(refusal(400, {}, inflated.error().message));
      return false;
    }
    size = *inflated;
  } else if (!piece_.empty()) {
    const std::span<char> space = splitter_.space();
    size = std::min(space.size(), piece_.size());
    std::memcpy(space.data(), piece_.data(), size);
    piece_.remove_prefix(size);
  }
  if (size == 0) return false;
  splitter_.filled(size);
  if (piece_.empty() || inflater_) splitter_.stall();
  return true;
}

// ---- the records

// Gives what the splitter has. False when it has nothing.
bool NdjsonStream::take_records() {
  if (!slice_) {
    slice_ = splitter_.next();
    if (!slice_) return false;
    reader_.open(*slice_);
  }
  for (decode::Found found; may_give();) {
    if (reader_.next(found)) {
      give(found);
      continue;
    }
    if (slice_->fault) refuse(begin_line(slice_->fault->place.line, 0), *slice_->fault, Origin::request);
    slice_.reset();
    break;
  }
  return true;
}

NdjsonStream::Line& NdjsonStream::begin_line(std::uint64_t number, std::size_t bytes) {
  bytes_under_way_ += bytes;
  return lines_.emplace_back(Line{.text = {}, .line = number, .bytes = bytes});
}

void NdjsonStream::give(const decode::Found& found) {
  const auto number = static_cast<std::uint32_t>(first_ + lines_.size());
  Line& line = begin_line(found.line, found.input.size());
  if (found.error) return refuse(line, *found.error, Origin::request);
  call_.desk().access.take(call_.token, 1);
  const Result<void> added = committer_.add(table_, found.record, nullptr, {shared_from_this(), number});
  if (!added) return refuse(line, added.error(), Origin::request);
  ++unsettled_;
}

void NdjsonStream::refuse(Line& line, const Error& error, Origin origin) {
  if (origin == Origin::request) count_settled({.how = How::rejected, .error = &error});
  ++rejected_;
  append_item_error(line.text, error, origin);
  fmt::format_to(std::back_inserter(line.text), ",\"line\":{}}}\n", line.line);
}

void NdjsonStream::settled(std::uint32_t number, const Settled& settled) noexcept {
  count_settled(settled);
  if (is_finished_) return;
  --unsettled_;
  Line& line = lines_[number - first_];
  if (settled.how != How::rejected) {
    ++written_;
    line.text = "{";
    append_created(line.text, table_, settled);
    line.text += "}\n";
  } else {
    refuse(line, *settled.error, Origin::store);
    const Fault fault = fault_of(*settled.error, Origin::store);
    call_.desk().tell(call_.context().id(), fault, *settled.error);
    if (fault.status >= 500) stop({.status = 503, .code = fault.code, .detail = "The store failed: what has no line before this one was not taken."});
  }
  go_on_soon();
}

// ---- the answer

void NdjsonStream::stop(Fault why) {
  if (std::exchange(is_stopped_, true)) return;
  why_stopped_ = std::move(why);
  slice_.reset();
}

void NdjsonStream::write() {
  if (is_writing_ || lines_.empty() || lines_.front().text.empty()) return;
  std::string text;
  while (!lines_.empty() && !lines_.front().text.empty() && text.size() < write_bytes_max) {
    text += lines_.front().text;
    bytes_under_way_ -= lines_.front().bytes;
    lines_.pop_front();
    ++first_;
  }
  if (is_client_gone_) return go_on_soon();
  if (!std::exchange(is_begun_, true)) {
    net::HttpResponse head{.status = 200, .headers = {{"Content-Type", "application/x-ndjson"}}, .body = {}};
    call_.add_headers(head);
    exchange_->begin(std::move(head));
  }
  bytes_out_ += text.size();
  is_writing_ = true;
  exchange_->write(std::move(text), [self = shared_from_this()](bool is_open) noexcept {
    self->is_writing_ = false;
    if (self->is_finished_) return;
    if (!is_open) {
      self->is_client_gone_ = true;
      self->stop(refusal(400));
    }
    self->go_on();
  });
}

void NdjsonStream::abandon() {
  end(499);
  exchange_ = nullptr;  // whose functions hold this
}

void NdjsonStream::end(int status) {
  if (std::exchange(is_finished_, true)) return;
  again_.cancel();
  call_.desk().streams.erase(this);
  std::move(call_).ended(status, written_, bytes_in_, bytes_out_);
}

void NdjsonStream::finish() {
  const int status = is_client_gone_ ? 499 : 200;
  if (!is_client_gone_) {
    if (!is_begun_) {
      net::HttpResponse head{.status = 200, .headers = {{"Content-Type", "application/x-ndjson"}}, .body = {}};
      call_.add_headers(head);
      exchange_->begin(std::move(head));
    }
    std::string last = fmt::format(R"({{"written":{},"rejected":{},"complete":{})", written_, rejected_, !is_stopped_);
    if (is_stopped_) {
      last += R"(,"error":{)";
      append_error_members(last, why_stopped_);
      last += '}';
    }
    last += "}\n";
    bytes_out_ += last.size();
    exchange_->write(std::move(last), [self = shared_from_this()](bool) noexcept { self->exchange_->end(); });
  }
  end(status);
}

}  // namespace millrace::gateway
