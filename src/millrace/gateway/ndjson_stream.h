// SPDX-License-Identifier: Apache-2.0
//
// POST /v1/{table} with application/x-ndjson: a record a line, of any number, and a line of the answer for each, in their order,
// as the batches commit. Private to `gateway`.
//
// The body is read no faster than the store takes it: a stream has at most `records_max` records and `bytes_max` bytes under way, and
// waits while the gateway's queue is full. A client that sends without reading ever stops itself when its own buffers are full,
// and is cut then.
// A store that is lost ends it: what was given is settled, the last line says complete:false.
// Threads: the loop's. Memory: what is under way, its lines, and one piece of the body.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "millrace/decode/record_reader.h"
#include "millrace/decode/splitter.h"
#include "millrace/gateway/call.h"
#include "millrace/gateway/submission.h"
#include "millrace/net/inflater.h"

namespace millrace::gateway {

struct StreamLimits {
  std::size_t record_bytes_max = 1u << 20;
  std::size_t records_max = 2048;
  std::size_t bytes_max = 512u << 10;
};

class NdjsonStream final : public Submission, public std::enable_shared_from_this<NdjsonStream> {
 public:
  // `is_gzip`: as the client sends it.
  static void start(net::Loop& loop, Call call, std::string_view table, bool is_gzip, const StreamLimits& limits);

  NdjsonStream(net::Loop& loop, Call call, std::string_view table, bool is_gzip, const StreamLimits& limits);
  ~NdjsonStream() override { abandon(); }
  void settled(std::uint32_t number, const Settled& settled) noexcept override;
  // The gateway ends, and its clients are gone: nothing of it is used any more.
  void abandon();

 private:
  struct Line {
    std::string text;  // empty until it is settled
    std::uint64_t line = 0;
    std::size_t bytes = 0;  // of the record
  };

  void go_on_soon();
  void go_on();
  bool has_room() const;
  bool may_give();
  void read();
  void take(const net::HttpPiece& piece);
  bool fill();
  bool take_records();
  void give(const decode::Found& found);
  void refuse(Line& line, const Error& error, Origin origin);
  Line& begin_line(std::uint64_t number, std::size_t bytes);
  void stop(Fault why);
  void write();
  void finish();
  void end(int status);

  net::Loop& loop_;
  net::Timer again_;
  Call call_;
  const std::string table_;
  const StreamLimits limits_;
  std::shared_ptr<net::HttpExchange> exchange_;
  Committer& committer_;

  std::optional<net::Inflater> inflater_;
  std::string_view piece_;  // of the body, what is not taken yet
  ChunkPool pool_;
  decode::Splitter splitter_;
  std::optional<decode::Slice> slice_;
  decode::RecordReader reader_;

  std::deque<Line> lines_;  // under way, or settled and not written
  std::uint32_t first_ = 0;  // the number of lines_[0]
  std::size_t unsettled_ = 0;
  std::uint64_t generation_ = 0;  // of the tokens
  std::optional<std::chrono::milliseconds> wait_;  // of the token's rate
  std::size_t bytes_under_way_ = 0;

  bool is_reading_ = false;
  bool is_writing_ = false;
  bool is_begun_ = false;
  bool is_posted_ = false;
  bool is_input_over_ = false;  // all of it was split
  bool is_stopped_ = false;     // before the end: no more is given
  bool is_client_gone_ = false;
  bool is_finished_ = false;
  Fault why_stopped_;
  std::uint64_t written_ = 0;
  std::uint64_t rejected_ = 0;
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
};

}  // namespace millrace::gateway
