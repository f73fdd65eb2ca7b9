// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/input.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "millrace/telemetry/profile.h"
#include "millrace/telemetry/stage.h"

namespace millrace::pipeline {
namespace {

std::optional<std::uint64_t> total_size(const std::vector<InputFile>& files) {
  std::uint64_t total = 0;
  for (const InputFile& file : files) {
    std::error_code none;
    if (file.path == "-" || !std::filesystem::is_regular_file(file.path, none)) return std::nullopt;
    const std::uintmax_t size = std::filesystem::file_size(file.path, none);
    if (none) return std::nullopt;
    total += size;
  }
  return total;
}

}  // namespace

Input::Input(std::vector<InputFile> files, decode::SplitterOptions options, ChunkPool& pool, PieceBudget& budget, std::stop_token stop)
    : files_(std::move(files)), options_(options), pool_(pool), budget_(budget), stop_(std::move(stop)), bytes_total_(total_size(files_)) {}

void Input::stop() {
  stopped_ = true;
  reading_.request_stop();
  budget_.stop();
}

std::optional<Piece> Input::next() {
  while (!stopped_) {
    if (!splitter_ && (broken_off_ || !open_next())) return std::nullopt;
    budget_.wait_for_room(pool_.chunk_bytes());
    MILLRACE_PROFILE_SCOPE("split");
    if (std::optional<decode::Slice> slice = splitter_->next()) return piece_of(std::move(*slice));
    if (splitter_->ended()) {
      close();
    } else if (!stalled_ && source_->would_wait()) {
      stalled_ = true;
      splitter_->stall();
    } else if (const Result<std::size_t> got = read()) {
      stalled_ = false;
      splitter_->filled(*got);
      bytes_taken_ = bytes_of_done_files_ + source_->bytes_taken();
    } else {
      fail_with(got.error());
      splitter_->cut_short();  // the whole records that were read before are still given
    }
  }
  return std::nullopt;
}

Result<std::size_t> Input::read() {
  if (stop_.stop_requested()) return millrace::fail(Code::interrupted, "reading was stopped");
  budget_.wait_for_room(splitter_->chunk_bytes_next());
  MILLRACE_PROFILE_SCOPE("read");
  const telemetry::StageScope reading(telemetry::Stage::read);
  return source_->read(splitter_->space());
}

Piece Input::piece_of(decode::Slice slice) {
  const std::size_t counted = budget_.count(slice);
  const std::uint64_t begin = std::exchange(given_, given_ + slice.bytes_taken);
  return {std::move(slice), at_ - 1, begin, counted, pieces_++};
}

void Input::close() {
  bytes_of_done_files_ += source_->bytes_taken();
  const std::lock_guard lock(mutex_);
  if (const std::string warning = source_->warning(); !warning.empty()) warning_ = source_->name() + ": " + warning;
  splitter_.reset();
  source_.reset();
}

bool Input::open_next() {
  if (at_ == files_.size()) return false;
  Result<std::unique_ptr<source::Source>> opened = source::open_source(files_[at_].path, reading_.get_token());
  if (!opened) {
    fail_with(std::move(opened).error());
    return false;
  }
  source_ = std::move(*opened);
  splitter_.emplace(files_[at_].format, options_, pool_);
  given_ = 0;
  ++at_;
  return true;
}

void Input::fail_with(Error error) {
  broken_off_ = true;
  if (error.code == Code::interrupted) return;  // the job's own stop, which it tells of itself
  const std::lock_guard lock(mutex_);
  failure_ = std::move(error);
}

std::optional<Error> Input::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

std::string Input::warning() const {
  const std::lock_guard lock(mutex_);
  return warning_;
}

}  // namespace millrace::pipeline
