// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <memory>

#include "commands.h"
#include "millrace/base/file.h"
#include "millrace/base/percent.h"
#include "store_arguments.h"

namespace millrace::app {
namespace {

struct GetArguments {
  std::string what;
  StoreArguments store;
  std::size_t limit = 50;
};

int get_one(store::Store& store, const Lane& lane, const std::string& key, File& out) {
  for (const RecordId& id : ids_of_key(key)) {
    const Result<std::optional<std::string>> record = store.get(lane, id);
    if (!record) return report_error(record.error());
    if (!record->has_value()) continue;
    const Result<void> done = out.write_all(**record + "\n");
    return done || errno == EPIPE ? exit_all_done : report_error(done.error());
  }
  report_error({Code::not_found, fmt::format("no record with id '{}' in table {}", key, lane.table), {}});
  return exit_some_rejected;
}

int get_many(store::Store& store, const Lane& lane, std::size_t limit, File& out) {
  Result<void> written;
  bool pipe_closed = false;
  const Result<store::ScanEnd> scanned = store.scan(lane, {.limit = limit}, [&](std::string_view json) {
    written = out.write_all(std::string(json) + "\n");
    pipe_closed = !written && errno == EPIPE;
    return written.has_value();
  });
  if (!scanned) return report_error(scanned.error());
  return written || pipe_closed ? exit_all_done : report_error(written.error());
}

int run_get(const GetArguments& arguments) {
  const std::size_t slash = arguments.what.find('/');
  const Lane lane{arguments.what.substr(0, slash)};
  if (const Result<void> named = check_table_name(lane.table); !named) return report_error(named.error());
  std::optional<std::string> key;
  if (slash != std::string::npos) {
    key = percent_decode(std::string_view(arguments.what).substr(slash + 1));
    if (!key || key->empty()) {
      return report_error({Code::invalid_argument, fmt::format("'{}' is not TABLE or TABLE/ID", arguments.what), {}});
    }
  }
  Result<std::unique_ptr<store::Store>> store = arguments.store.open({.create = false});
  if (!store) return report_error(store.error());
  File out = File::standard_output();
  return key ? get_one(**store, lane, *key, out) : get_many(**store, lane, arguments.limit, out);
}

}  // namespace

Command add_get(CLI::App& app) {
  const auto arguments = std::make_shared<GetArguments>();
  CLI::App& get = *app.add_subcommand("get", "Read a record, or the newest ones, as NDJSON");
  get.add_option("WHAT", arguments->what, "TABLE, or TABLE/ID with the id percent-encoded")->required()->type_name("TABLE[/ID]");
  arguments->store.add_to(get, "--from", "Where to read");
  get.add_option("--limit", arguments->limit, "At most so many records, in descending id")->capture_default_str()->type_name("N")->check(not_negative);
  return [arguments](const std::stop_token&) { return run_get(*arguments); };
}

}  // namespace millrace::app
