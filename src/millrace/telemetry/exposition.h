// SPDX-License-Identifier: Apache-2.0
//
// A registry as text: Prometheus' own format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/) or
// OpenMetrics 1.0 (https://github.com/prometheus/OpenMetrics), which also has units, times of creation and exemplars.
//
//   const Exposition exposition = negotiate(request["Accept"]);
//   response.set("Content-Type", content_type(exposition));
//   response.set("Vary", "Accept, Accept-Encoding");
//   write_metrics(Registry::global(), exposition, response.body);
//
// Families are sorted by name, children by their label values, so that two scrapes differ in numbers only. A family without
// a child is left out, and so is a label whose value is empty, which means the same.
//
// Threads: any. A scrape blocks no thread that counts; it locks out the registration of metrics and new children meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "millrace/telemetry/registry.h"

namespace millrace::telemetry {

enum class Exposition : std::uint8_t {
  prometheus_text,   // 0.0.4
  openmetrics_text,  // 1.0.0
};

// What an Accept header of RFC 9110 prefers. 0.0.4 where it is absent, malformed or likes both the same; OpenMetrics where
// it is named and nothing is liked better. A range of another version is not ours; further parameters (escaping) are
// ignored.
Exposition negotiate(std::string_view accept);

// True when an Accept-Encoding header of RFC 9110 takes gzip.
bool accepts_gzip(std::string_view accept_encoding);

// With version and charset: Prometheus 3 refuses an answer without.
std::string_view content_type(Exposition exposition);

// Calls the hooks of the registry, then appends its metrics to `out`.
void write_metrics(const Registry& registry, Exposition exposition, std::string& out);

// A Markdown row for each metric that is registered, also without children, sorted by name, no heading:
// | `millrace_store_commit_seconds` | histogram | seconds | | Time of one commit. |
std::string catalogue(const Registry& registry);

}  // namespace millrace::telemetry
