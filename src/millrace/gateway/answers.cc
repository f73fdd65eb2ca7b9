// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/answers.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "millrace/base/percent.h"
#include "millrace/batch/record_metrics.h"
#include "millrace/record/json.h"

namespace millrace::gateway {
void append_created(std::string& out, std::string_view table, const Settled& settled) {
  out += "\"id\":";
  if (settled.id.kind == IdView::Kind::integer) {
    fmt::format_to(std::back_inserter(out), "{}", settled.id.integer);
  } else {
    append_json_string(out, settled.id.text);
  }
  if (table != post_table || !settled.created_at) return;
  std::array<char, rfc3339_milliseconds_size> time;
  write_rfc3339_milliseconds(*settled.created_at, time);
  out += ",\"created_at\":\"";
  out.append(time.data(), time.size()) += '"';
}

void append_item_error(std::string& out, const Error& error, Origin origin) {
  out += "{\"error\":{";
  append_error_members(out, fault_of(error, origin));
  out += '}';
}

std::string location_of(std::string_view table, const IdView& id) {
  std::string path = "/v1/";
  (path += table) += '/';
  if (id.kind == IdView::Kind::integer) return path + std::to_string(id.integer);
  append_percent_encoded(path, id.text);
  return path;
}

void count_settled(const Settled& settled) {
  const batch::RecordMetrics& metrics = batch::RecordMetrics::global();
  metrics.read.add();
  switch (settled.how) {
    case How::written: return metrics.written.add();
    case How::replayed: return metrics.skipped.add();
    case How::rejected: return metrics.rejected(settled.error->code);
  }
}

}  // namespace millrace::gateway
