// SPDX-License-Identifier: Apache-2.0
//
// Shows on standard error how far a job is: a bar with bytes, records, rate and time left on a terminal, a plain line every
// ten seconds otherwise.
#pragma once

#include <string>
#include <string_view>

#include "millrace/base/result.h"
#include "millrace/pipeline/report.h"

namespace millrace::app {

enum class ProgressMode { automatic, always, never };
Result<ProgressMode> parse_progress_mode(const std::string& text);

class ProgressBar final : public pipeline::Progress {
 public:
  explicit ProgressBar(ProgressMode mode);
  void update(const pipeline::ProgressState& state) override;
  void finish(const pipeline::ProgressState& state) override;
  void notice(std::string_view line) override;

 private:
  void draw(const pipeline::ProgressState& state) const;
  const ProgressMode mode_;
  const bool terminal_;
  double shown_at_ = 0;
  bool drawn_ = false;
};

}  // namespace millrace::app
