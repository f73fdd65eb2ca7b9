// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/reads.h"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "millrace/gateway/cursor.h"
#include "millrace/gateway/route.h"
#include "millrace/record/json.h"
#include "millrace/telemetry/profile.h"

namespace millrace::gateway {
namespace {

constexpr std::size_t page_records_default = 50;
constexpr std::size_t page_records_max = 1000;
constexpr std::size_t page_bytes_max = 8u << 20;  // a page ends sooner, and says where the next one begins

using Found = Result<std::optional<std::string>>;

Found find_first(store::Store& store, const Lane& lane, const std::vector<RecordId>& ids) {
  for (const RecordId& id : ids) {
    Found found = store.get(lane, id);
    if (!found || found->has_value()) return found;
  }
  return std::nullopt;
}

Fault no_record(std::string_view table, std::string_view key) {
  return fault_of({Code::not_found, fmt::format("Table {} has no record with the id '{}'.", table, key), {}}, Origin::request);
}

net::HttpResponse json_response(std::string body) { return {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)}; }

struct Page {
  std::string body = R"({"records":[)";
  std::size_t records = 0;
};

Result<Page> read_page(store::Store& store, const Lane& lane, const store::ScanRange& range) {
  Page page;
  const Result<store::ScanEnd> end = store.scan(lane, range, [&](std::string_view json) {
    if (page.records++ != 0) page.body += ',';
    page.body += json;
    return page.body.size() < page_bytes_max;
  });
  if (!end) return std::unexpected(end.error());
  page.body += R"(],"next":)";
  if (end->more && end->last) {
    append_json_string(page.body, encode_cursor(*end->last));
  } else {
    page.body += "null";
  }
  page.body += '}';
  return page;
}

Result<store::ScanRange> range_of(std::string_view query) {
  store::ScanRange range{.limit = page_records_default, .before = {}};
  if (const std::string limit = query_parameter(query, "limit"); !limit.empty()) {
    const auto [end, error] = std::from_chars(limit.data(), limit.data() + limit.size(), range.limit);
    if (error != std::errc{} || end != limit.data() + limit.size() || range.limit == 0 || range.limit > page_records_max) {
      return fail(Code::invalid_argument, fmt::format("limit has to be a number from 1 to {}.", page_records_max));
    }
  }
  const std::string after = query_parameter(query, "after");
  if (after.empty()) return range;
  Result<RecordId> before = decode_cursor(after);
  if (!before) return std::unexpected(std::move(before).error());
  range.before = *std::move(before);
  return range;
}

}  // namespace

// The job runs on the reader's thread; a Call moves back to the loop's, where alone it may be answered.
void Reads::run(Call call, Job job) {
  const auto asked = std::make_shared<Call>(std::move(call));
  const Result<void> queued = reader_.run([this, asked, job = std::move(job)](store::Store& store) mutable noexcept {
    loop_.post([asked = std::move(asked), answer = job(store)]() mutable { answer(std::move(*asked)); });
  });
  if (!queued) std::move(*asked).refuse(queued.error(), Origin::request);
}

void Reads::get(Call call, std::string table, std::string key) {
  run(std::move(call), [table = std::move(table), key = std::move(key)](store::Store& store) -> Answer {
    Found found = find_first(store, {table}, ids_of_key(key));
    return [found = std::move(found), table, key](Call asked) mutable {
      if (!found && found.error().code == Code::refused) return std::move(asked).refuse(refusal(404));  // another program's table
      if (!found) return std::move(asked).refuse(found.error(), Origin::store);
      if (!found->has_value()) return std::move(asked).refuse(no_record(table, key));
      std::move(asked).answer_read(json_response(std::move(**found)), 1);
    };
  });
}

void Reads::page(Call call, std::string table, std::string_view query) {
  Result<store::ScanRange> range = range_of(query);
  if (!range) return std::move(call).refuse(range.error(), Origin::request);
  run(std::move(call), [table = std::move(table), range = *std::move(range)](store::Store& store) -> Answer {
    return [page = read_page(store, {table}, range)](Call asked) mutable {
      if (!page && page.error().code == Code::refused) return std::move(asked).refuse(refusal(404));
      if (!page) return std::move(asked).refuse(page.error(), Origin::store);
      std::move(asked).answer_read(json_response(std::move(page->body)), page->records);
    };
  });
}

void Reads::remove(Call call, std::string table, std::string key) {
  std::vector<RecordId> ids = ids_of_key(key);
  if (ids.empty()) return std::move(call).refuse(no_record(table, key));
  Committer& committer = call.desk().committer;
  const auto asked = std::make_shared<Call>(std::move(call));
  committer.remove(table, std::move(ids), [asked, table, key](Result<bool> removed) noexcept {
    if (!removed) return std::move(*asked).refuse(removed.error(), Origin::store);
    if (!*removed) return std::move(*asked).refuse(no_record(table, key));
    std::move(*asked).answer({.status = 204, .headers = {}, .body = {}}, 1);
  });
}

void Reads::trace(Call call, const telemetry::TraceInfo& info) {
  if (!telemetry::has_profile_scopes()) return std::move(call).refuse(refusal(404, {}, "This build has no profile scopes: preset profile has."));
  run(std::move(call), [info](store::Store&) -> Answer {
    return [text = telemetry::trace_text(info)](Call asked) mutable {
      if (!text) return std::move(asked).refuse(text.error(), Origin::store);
      std::move(asked).answer(json_response(*std::move(text)));
    };
  });
}

}  // namespace millrace::gateway
