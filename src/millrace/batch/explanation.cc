// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "millrace/batch/controller.h"

namespace millrace::batch {

std::string_view to_string(store::StatementShape shape) {
  return shape == store::StatementShape::insert ? "insert" : "create";
}

std::string_view to_string(LimitedBy limit) {
  switch (limit) {
    case LimitedBy::latency: return "latency";
    case LimitedBy::bytes: return "bytes";
    case LimitedBy::knee: return "knee";
    case LimitedBy::conflicts: return "conflicts";
    case LimitedBy::input: return "input";
    case LimitedBy::fixed: return "fixed";
  }
  return {};
}

std::string Explanation::text() const {
  std::string out = fmt::format("{} {} rows x {} transactions x {} in flight, {:.0f} records/s expected, limited by {}",
                                to_string(limits.shape), limits.rows_per_transaction, limits.transactions_per_request,
                                limits.in_flight, rows_per_second_expected, to_string(limited_by));
  for (const Fit& fit : fits) {
    out += fmt::format("; {}: {:.3g} ms + {:.3g} ms a transaction + {:.3g} us a row + {:.3g} ns a row squared", to_string(fit.shape),
                       fit.request_seconds * 1e3, fit.transaction_seconds * 1e3, fit.row_seconds * 1e6, fit.row_squared_seconds * 1e9);
  }
  return out;
}

}  // namespace millrace::batch
