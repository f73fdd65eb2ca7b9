// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/result.h"

#include <fmt/format.h>

#include <utility>

namespace millrace {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::invalid_argument: return "invalid_argument";
    case Code::invalid_json: return "invalid_json";
    case Code::invalid_record: return "invalid_record";
    case Code::invalid_id: return "invalid_id";
    case Code::duplicate: return "duplicate";
    case Code::too_large: return "too_large";
    case Code::refused: return "refused";
    case Code::unauthorized: return "unauthorized";
    case Code::forbidden: return "forbidden";
    case Code::not_found: return "not_found";
    case Code::conflict: return "conflict";
    case Code::overloaded: return "overloaded";
    case Code::unavailable: return "unavailable";
    case Code::unknown_outcome: return "unknown_outcome";
    case Code::io: return "io";
    case Code::interrupted: return "interrupted";
    case Code::internal: return "internal";
  }
  std::unreachable();
}

bool is_retryable(Code code) {
  switch (code) {
    case Code::conflict:
    case Code::overloaded:
    case Code::unavailable: return true;
    case Code::invalid_argument:
    case Code::invalid_json:
    case Code::invalid_record:
    case Code::invalid_id:
    case Code::duplicate:
    case Code::too_large:
    case Code::refused:
    case Code::unauthorized:
    case Code::forbidden:
    case Code::not_found:
    case Code::unknown_outcome:
    case Code::io:
    case Code::interrupted:
    case Code::internal: return false;
  }
  std::unreachable();
}

std::string describe(const Error& error) {
  std::string where = error.place.source;
  if (error.place.line != 0) where += fmt::format(":{}", error.place.line);
  if (error.place.byte) where += fmt::format("{}(byte {})", where.empty() ? "" : " ", *error.place.byte);
  if (!error.place.record_id.empty()) where += fmt::format("{}id {}", where.empty() ? "" : ", ", error.place.record_id);
  return fmt::format("{}{}{}", where, where.empty() ? "" : ": ", error.message);
}

}  // namespace millrace
