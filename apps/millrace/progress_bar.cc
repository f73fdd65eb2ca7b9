// SPDX-License-Identifier: Apache-2.0
#include "progress_bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "millrace/base/bytes.h"

namespace millrace::app {
namespace {

constexpr double plain_interval_seconds = 10;
constexpr int bar_width = 24;

std::string format_time(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
  if (whole >= 60) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

std::string figures(const pipeline::ProgressState& state) {
  const double rate = state.seconds > 0 ? static_cast<double>(state.counts.records_written) / state.seconds : 0;
  std::string out = fmt::format("{}{}, {} records, {}/s", format_bytes(state.bytes_taken),
                                state.bytes_total ? " of " + format_bytes(*state.bytes_total) : "",
                                format_count(state.counts.records_read()), format_count(static_cast<std::uint64_t>(rate)));
  if (state.counts.records_rejected != 0) out += fmt::format(", {} rejected", format_count(state.counts.records_rejected));
  if (state.bytes_total && state.bytes_taken != 0 && state.bytes_taken < *state.bytes_total) {
    const double left = state.seconds * static_cast<double>(*state.bytes_total - state.bytes_taken) / static_cast<double>(state.bytes_taken);
    out += fmt::format(", {} left", format_time(left));
  }
  return out;
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Result<ProgressMode> parse_progress_mode(const std::string& text) {
  if (text == "auto") return ProgressMode::automatic;
  if (text == "always") return ProgressMode::always;
  if (text == "never") return ProgressMode::never;
  return fail(Code::invalid_argument, fmt::format("--progress: '{}' is none of auto, always, never", text));
}

ProgressBar::ProgressBar(ProgressMode mode) : mode_(mode), terminal_(mode == ProgressMode::always || ::isatty(STDERR_FILENO) != 0) {}

void ProgressBar::update(const pipeline::ProgressState& state) {
  if (mode_ == ProgressMode::never) return;
  if (terminal_) {
    draw(state);
    drawn_ = true;
  } else if (state.seconds - shown_at_ >= plain_interval_seconds) {
    shown_at_ = state.seconds;
    fmt::print(stderr, "millrace: {}\n", figures(state));
  }
}

void ProgressBar::finish(const pipeline::ProgressState& state) {
  if (mode_ == ProgressMode::never || !terminal_ || (!drawn_ && mode_ != ProgressMode::always)) return;
  draw(state);
  std::fputs("\n", stderr);
}

void ProgressBar::notice(std::string_view line) {
  fmt::print(stderr, "{}millrace: {}\n", drawn_ ? "\r\033[K" : "", line);
}

void ProgressBar::draw(const pipeline::ProgressState& state) const {
  std::string line;
  if (state.bytes_total && *state.bytes_total != 0) {
    const double share = std::min(1.0, static_cast<double>(state.bytes_taken) / static_cast<double>(*state.bytes_total));
    const int full = static_cast<int>(share * bar_width);
    line = fmt::format("[{:#<{}}{:-<{}}] {:3.0f}% ", "", full, "", bar_width - full, share * 100);
  }
  line += figures(state);
  line.resize(std::min(line.size(), terminal_width() - 1));  // ASCII only, so any cut is clean
  fmt::print(stderr, "\r{}\033[K", line);
  std::fflush(stderr);
}

}  // namespace millrace::app
