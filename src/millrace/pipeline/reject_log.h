// SPDX-License-Identifier: Apache-2.0
//
// The rejects of a job: their lines, and what its report says of them. Private to `pipeline`.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "millrace/pipeline/rejects.h"
#include "millrace/pipeline/report.h"

namespace millrace::pipeline {

inline Error too_many_rejects(std::uint64_t rejected) {
  return {Code::too_large, fmt::format("more records were rejected than --max-rejects allows: {}; raise it to go on in spite of them", rejected), {}};
}

class RejectLog {
 public:
  explicit RejectLog(std::string path) : lines_(std::move(path)) {}

  Result<void> add(const RejectsWriter::Reject& reject) {
    if (first_.empty()) {
      first_ = describe(reject.error);
      first_reason_ = reject.error.message;
    }
    if (reject.error.message == first_reason_) ++of_first_reason_;
    return lines_.add(reject);
  }
  RejectsWriter& lines() { return lines_; }
  bool empty() const { return lines_.count() == 0; }

  void tell(Report& report) const {
    report.rejects_path = empty() ? "" : lines_.path();
    report.first_reject = first_;
    report.first_reject_reason = first_reason_;
    report.rejects_of_that_reason = of_first_reason_;
  }

 private:
  RejectsWriter lines_;
  std::string first_;  // in words
  std::string first_reason_;
  std::uint64_t of_first_reason_ = 0;
};

}  // namespace millrace::pipeline
