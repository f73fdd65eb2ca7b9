// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/create.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "millrace/base/bytes.h"
#include "millrace/decode/record_reader.h"
#include "millrace/gateway/answers.h"

namespace millrace::gateway {
namespace {

void count_rejected(const Error& error) { count_settled({.how = How::rejected, .error = &error}); }

// How long the loop stays awake for the answer to a lone create: a commit on a quick disk takes some 150 us, and waking up after it
// a third of that. A slower disk hides the waking.
constexpr std::chrono::microseconds lone_commit{400};

constexpr std::size_t array_records_max = 10'000;

// One record, and the request that it came with.
class OneCreate final : public Submission {
 public:
  OneCreate(Call call, std::string_view table, bool by_key)
      : call_(std::move(call)), table_(table), by_key_(by_key) {}

  void settled(std::uint32_t, const Settled& settled) noexcept override {
    count_settled(settled);
    if (settled.how == How::rejected) return reject(*settled.error, settled.id_is_taken);
    net::HttpResponse response{.status = 201, .headers = {{"Content-Type", "application/json"}, {"Location", location_of(table_, settled.id)}}, .body = "{"};
    append_created(response.body, table_, settled);
    response.body += '}';
    if (settled.how == How::replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
    std::move(call_).answer(std::move(response), 1);
  }

  Call take_call() { return std::move(call_); }

 private:
  void reject(const Error& error, bool id_is_taken) {
    if (by_key_ && id_is_taken) {
      return std::move(call_).refuse(refusal(422, {}, "this Idempotency-Key came with another record before"));
    }
    std::move(call_).refuse(error, Origin::store);
  }

  Call call_;
  const std::string table_;
  const bool by_key_;
};

// An array: answered when the last of its records is settled.
class ManyCreates final : public Submission {
 public:
  ManyCreates(Call call, std::string_view table) : call_(std::move(call)), table_(table) {}

  std::uint32_t begin_item() {
    ++open_;
    results_.emplace_back();
    return static_cast<std::uint32_t>(results_.size() - 1);
  }
  void refuse(std::uint32_t number, const Error& error) {
    count_rejected(error);
    append_item_error(results_[number], error, Origin::request);
    results_[number] += '}';
    ++rejected_;
    end_item();
  }
  void settled(std::uint32_t number, const Settled& settled) noexcept override {
    count_settled(settled);
    std::string& result = results_[number];
    if (settled.how == How::rejected) {
      append_item_error(result, *settled.error, Origin::store);
      call_.desk().tell(call_.context().id(), fault_of(*settled.error, Origin::store), *settled.error);
      ++rejected_;
    } else {
      result = '{';
      append_created(result, table_, settled);
      ++written_;
    }
    result += '}';
    end_item();
  }
  std::size_t size() const { return results_.size(); }
  // All of the array was given.
  void given() { end_item(); }

 private:
  void end_item() {
    if (--open_ != 0) return;
    net::HttpResponse response{.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = {}};
    response.body = fmt::format(R"({{"written":{},"rejected":{},"results":[)", written_, rejected_);
    for (const std::string& result : results_) (response.body += result) += ',';
    if (!results_.empty()) response.body.pop_back();
    response.body += "]}";
    std::move(call_).answer(std::move(response), written_);
  }

  Call call_;
  const std::string table_;
  std::vector<std::string> results_;
  std::size_t written_ = 0;
  std::size_t rejected_ = 0;
  std::size_t open_ = 1;  // the array itself among them
};

}  // namespace

void Creator::create(Call call, std::string_view table, std::string_view body, const std::optional<Uuid>& derived_id) {
  if (!committer_.has_room()) {
    return std::move(call).refuse({Code::overloaded, "Too many records wait to be written.", {}}, Origin::request);
  }
  const Result<JsonBody::Kind> kind = body_.read(body);
  if (!kind) {
    count_rejected(kind.error());
    return std::move(call).refuse(kind.error(), Origin::request);
  }
  if (*kind == JsonBody::Kind::object) return create_one(std::move(call), table, body, derived_id);
  if (derived_id) return std::move(call).refuse(refusal(422, {}, "an Idempotency-Key is for one record; those of an array can have ids of their own"));
  create_many(std::move(call), table);
}

void Creator::create_one(Call call, std::string_view table, std::string_view body, const std::optional<Uuid>& derived_id) {
  if (body.size() > limits_.record_bytes_max) {
    const Error error{Code::too_large, fmt::format("the record has {} bytes, and may have {}", body.size(), limits_.record_bytes_max), {}};
    count_rejected(error);
    return std::move(call).refuse(error, Origin::request);
  }
  const bool by_key = derived_id && body_.record().find("id") == nullptr;
  const auto one = std::make_shared<OneCreate>(std::move(call), table, by_key);
  const bool is_alone = committer_.is_empty();
  const Result<void> added = committer_.add(table, body_.record(), derived_id ? &*derived_id : nullptr, {one, 0});
  if (added && is_alone) loop_.stay_awake(lone_commit);
  if (added) return;
  count_rejected(added.error());
  one->take_call().refuse(added.error(), Origin::request);
}

void Creator::create_many(Call call, std::string_view table) {
  if (body_.count_elements(array_records_max + 1) > array_records_max) {  // an answer may be a hundred times its record
    return std::move(call).refuse({Code::too_large, fmt::format("An array may have {} records; application/x-ndjson has no limit.", array_records_max), {}},
                                  Origin::request);
  }
  Access& access = call.desk().access;
  const TokenPointer token = call.token;
  const auto many = std::make_shared<ManyCreates>(std::move(call), table);
  decode::Slice slice{.chunk = body_.take_array()};
  slice.record_bytes_max = limits_.record_bytes_max;
  decode::RecordReader reader(decode::Format::json);
  reader.open(slice);
  for (decode::Found found; reader.next(found);) {
    const std::uint32_t number = many->begin_item();
    const Result<void> added = found.error ? std::unexpected(*found.error) : committer_.add(table, found.record, nullptr, {many, number});
    if (!added) many->refuse(number, added.error());
  }
  access.take(token, many->size() - std::min<std::size_t>(many->size(), 1));
  many->given();
}

}  // namespace millrace::gateway
