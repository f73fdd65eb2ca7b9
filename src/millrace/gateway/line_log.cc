// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/line_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

namespace millrace::gateway {
namespace {

constexpr std::size_t gathered_bytes_max = 64u << 10;
constexpr std::chrono::seconds close_within{1};

int open_to_append(const std::string& path) { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640); }

// All of it runs on the queue's thread but reopen(), failed() and the waiting.
class Sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  Sink(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~Sink() override {
    if (!path_.empty()) ::close(descriptor_);
  }

  void watch(std::weak_ptr<spdlog::details::thread_pool> queue) { queue_ = std::move(queue); }
  void reopen() { must_reopen_ = true; }
  std::uint64_t failed() const { return failed_; }
  bool wait_for_flush() {
    std::unique_lock lock(mutex_);
    return flushed_.wait_for(lock, close_within, [this] { return is_flushed_; });
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    gathered_.append(message.payload.data(), message.payload.size()).push_back('\n');
    ++lines_;
    const auto queue = queue_.lock();
    if (gathered_.size() >= gathered_bytes_max || queue == nullptr || queue->queue_size() == 0) write_gathered();
  }

  // Asked for once, at the end.
  void flush_() override {
    write_gathered();
    const std::lock_guard lock(mutex_);
    is_flushed_ = true;
    flushed_.notify_all();
  }

 private:
  void write_gathered() {
    if (must_reopen_.exchange(false) && !path_.empty()) {
      if (const int opened = open_to_append(path_); opened >= 0) ::close(std::exchange(descriptor_, opened));  // else into the old one
    }
    for (std::string_view rest = gathered_; !rest.empty();) {
      const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        failed_ += lines_;
        break;
      }
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    gathered_.clear();
    lines_ = 0;
  }

  int descriptor_;
  std::string path_;  // empty when the descriptor is not ours
  std::weak_ptr<spdlog::details::thread_pool> queue_;
  std::string gathered_;
  std::uint64_t lines_ = 0;
  std::atomic<bool> must_reopen_{false};
  std::atomic<std::uint64_t> failed_{0};

  std::mutex mutex_;  // guards the one below
  std::condition_variable flushed_;
  bool is_flushed_ = false;
};

// To the end of the process.
void leave(std::shared_ptr<void> what) {
  static std::mutex mutex;
  static auto* const left = new std::vector<std::shared_ptr<void>>;
  const std::lock_guard lock(mutex);
  left->push_back(std::move(what));
}

}  // namespace

class LineLog::Impl {
 public:
  Impl(int descriptor, std::string path, std::size_t lines_max)
      : queue_(std::make_shared<spdlog::details::thread_pool>(lines_max, 1)),
        sink_(std::make_shared<Sink>(descriptor, std::move(path))),
        logger_(std::make_shared<spdlog::async_logger>("", sink_, queue_, spdlog::async_overflow_policy::overrun_oldest)) {
    sink_->watch(queue_);
  }

  ~Impl() {
    logger_->flush();
    if (sink_->wait_for_flush()) return;
    leave(queue_);  // its thread hangs in a write, and its destructor would wait for it
    leave(sink_);
  }

  void write(std::string_view line) { logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size())); }
  void reopen() { sink_->reopen(); }
  std::uint64_t dropped() const { return queue_->overrun_counter() + sink_->failed(); }

 private:
  std::shared_ptr<spdlog::details::thread_pool> queue_;
  std::shared_ptr<Sink> sink_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

LineLog::LineLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LineLog::~LineLog() = default;

Result<std::unique_ptr<LineLog>> LineLog::open(const std::string& path, std::size_t lines_max) {
  if (path == "-") return std::unique_ptr<LineLog>(new LineLog(std::make_unique<Impl>(STDOUT_FILENO, "", lines_max)));
  const int descriptor = open_to_append(path);
  if (descriptor < 0) return fail(Code::io, fmt::format("{} cannot be written to: {}", path, std::generic_category().message(errno)));
  return std::unique_ptr<LineLog>(new LineLog(std::make_unique<Impl>(descriptor, path, lines_max)));
}

std::unique_ptr<LineLog> LineLog::standard_error(std::size_t lines_max) {
  return std::unique_ptr<LineLog>(new LineLog(std::make_unique<Impl>(STDERR_FILENO, "", lines_max)));
}

void LineLog::write(std::string_view line) noexcept { impl_->write(line); }
void LineLog::reopen() noexcept { impl_->reopen(); }
std::uint64_t LineLog::dropped() const noexcept { return impl_->dropped(); }

}  // namespace millrace::gateway
