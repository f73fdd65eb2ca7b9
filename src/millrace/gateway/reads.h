// SPDX-License-Identifier: Apache-2.0
//
// GET and DELETE of /v1/{table}/{id}, and the pages of GET /v1/{table}. Private to `gateway`. Threads: the loop's.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "millrace/gateway/call.h"
#include "millrace/gateway/reader.h"
#include "millrace/net/loop.h"
#include "millrace/telemetry/trace_file.h"

namespace millrace::gateway {

class Reads {
 public:
  Reads(Reader& reader, net::Loop& loop) : reader_(reader), loop_(loop) {}

  void get(Call call, std::string table, std::string key);
  // `query`: limit, 1 to 1,000, and after.
  void page(Call call, std::string table, std::string_view query);
  void remove(Call call, std::string table, std::string key);
  // Where the time went of late, for ui.perfetto.dev; 404 in a build without scopes.
  void trace(Call call, const telemetry::TraceInfo& info);

 private:
  using Answer = std::move_only_function<void(Call)>;
  using Job = std::move_only_function<Answer(store::Store&)>;  // on the reader's thread
  void run(Call call, Job job);

  Reader& reader_;
  net::Loop& loop_;
};

}  // namespace millrace::gateway
