// SPDX-License-Identifier: Apache-2.0
#include "millrace/store/surreal_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "millrace/base/clock.h"
#include "millrace/record/json.h"
#include "millrace/store/surreal_batch.h"
#include "millrace/store/surreal_page.h"
#include "millrace/telemetry/probe.h"
#include "millrace/telemetry/profile.h"

namespace millrace::store {
namespace {

using std::chrono::steady_clock;

// Two requests in flight on each connection keep the server busy while a reply travels (reference: P3; more gained
// nothing).
constexpr std::size_t requests_per_connection = 2;
constexpr std::size_t batch_bytes_max = 16u << 20;
constexpr std::size_t page_records = 100;
constexpr std::size_t ids_per_read = 500;
constexpr std::string_view denied_words = "this user may not delete all of these records";

void mark_answered([[maybe_unused]] steady_clock::time_point begin, [[maybe_unused]] std::size_t rows, [[maybe_unused]] bool answered) {
  [[maybe_unused]] const auto end = steady_clock::now();
  MILLRACE_PROFILE_SPAN("surrealdb request", "rows", rows, begin, end);
  MILLRACE_PROBE(request_answered, rows, (end - begin).count(), static_cast<int>(answered));
}

Value link_to(const Lane& lane, const RecordId& id) {
  return RecordLink{lane.table, {std::visit([](const auto& key) { return Value(key); }, id)}};
}

Value checkpoint_link(const std::string& name) { return RecordLink{"millrace_checkpoint", {Value(name)}}; }

// Nothing when the key is an array or an object.
std::optional<RecordId> key_of(const RecordLink& link) {
  const Value& key = link.key.front();
  if (const auto* integer = key.get_if<std::int64_t>()) return *integer;
  if (const auto* text = key.get_if<std::string>()) return *text;
  if (const auto* uuid = key.get_if<Uuid>()) return *uuid;
  return std::nullopt;
}

// SurrealDB's record as a JSON object: the id first, and its key only.
Result<std::string> to_object(Value record) {
  Object* const members = record.get_if<Object>();
  const auto id = members == nullptr ? Object::iterator{} : std::ranges::find(*members, "id", &Member::key);
  if (members == nullptr || id == members->end() || !id->value.is<RecordLink>()) {
    return fail(Code::internal, "the server gave a record without an id");
  }
  id->value = Value(std::move(id->value.get_if<RecordLink>()->key.front()));
  std::rotate(members->begin(), id, id + 1);
  return to_json(record);
}

Error with_advice(Error error) {
  if (error.code == Code::unavailable) error.message += " (is SurrealDB running there? `surreal start` starts one)";
  return error;
}

}  // namespace

SurrealStore::SurrealStore(std::unique_ptr<surrealdb::Client> client, const StoreOptions& options)
    : capabilities_{.name = "surrealdb",
                    .encoding = Encoding::cbor,
                    .in_flight_max = options.connections * requests_per_connection,
                    .batch_bytes_max = batch_bytes_max,
                    .repeats_in_batch = false},
      stop_(options.stop),
      client_(std::move(client)) {}

Result<std::unique_ptr<SurrealStore>> SurrealStore::open(std::string_view url, const StoreOptions& options) {
  Result<surrealdb::Address> address = surrealdb::parse_address(url);
  if (!address) return std::unexpected(std::move(address).error());
  if (!options.password.empty()) address->password = options.password;
  address->token = options.token;
  if (!options.password.empty() && address->user.empty() && address->token.empty()) {
    return fail(Code::invalid_argument, "a password is given, but the URL names no user: write ws://user@host/…");
  }
  surrealdb::ClientOptions client_options{.connections = options.connections, .connection = {}, .stop = options.stop};
  client_options.connection.request_timeout = options.timeout;
  auto client = surrealdb::Client::open(*address, client_options);
  if (!client) return std::unexpected(with_advice(std::move(client).error()));

  std::unique_ptr<SurrealStore> store(new SurrealStore(*std::move(client), options));
  const Result<Value> user = store->ask("RETURN $auth", {}, options.stop);  // NONE for root, namespace and database users
  if (!user) return std::unexpected(user.error());
  store->is_record_user_ = user->is<RecordLink>();
  return store;
}

Result<void> SurrealStore::prepare(const Lane& lane) {
  MILLRACE_PROFILE_SCOPE("prepare table");
  if (auto named = check_table_name(lane.table); !named) return named;
  const Result<Value> defined = ask(fmt::format("DEFINE TABLE IF NOT EXISTS `{}`", lane.table), {}, stop_);
  if (defined || (is_record_user_ && defined.error().code == Code::forbidden)) return {};
  return std::unexpected(defined.error());
}

Result<void> SurrealStore::drop(const Lane& lane) {
  if (auto named = check_table_name(lane.table); !named) return named;
  const Result<Value> removed = ask(fmt::format("REMOVE TABLE IF EXISTS `{}`", lane.table), {});
  return removed ? Result<void>() : std::unexpected(removed.error());
}

void SurrealStore::write(Batch batch, Completion done) {
  const Timestamp now = Clock::system().now();
  for (const BlockRun& run : batch.runs) run.block->stamp(run.first, run.last, now);
  const std::size_t rows = batch.size();
  SurrealBatch sent(std::move(batch), is_record_user_);
  if (sent.empty()) return done({});
  surrealdb::Request request = sent.request();
  const auto begin = steady_clock::now();
  MILLRACE_PROBE(request_sent, rows, request.frame.size());
  client_->query(std::move(request), [=, sent = std::move(sent), done = std::move(done)](surrealdb::QueryResult answer) mutable {
    mark_answered(begin, rows, answer.has_value());
    done(sent.settle(std::move(answer)));
  });
}

Result<std::optional<std::string>> SurrealStore::get(const Lane& lane, const RecordId& id) {
  Result<Value> record = ask("SELECT * FROM ONLY $id", {{"id", link_to(lane, id)}});
  if (!record && record.error().code == Code::not_found) return std::nullopt;
  if (!record) return std::unexpected(std::move(record).error());
  if (record->is<None>() || record->is<std::nullptr_t>()) return std::nullopt;
  return to_object(*std::move(record));
}

Result<std::vector<std::optional<std::string>>> SurrealStore::get_many(const Lane& lane, std::span<const RecordId> ids) {
  std::map<RecordId, std::string> found;
  for (std::span<const RecordId> rest = ids; !rest.empty();) {
    Array links;
    for (const RecordId& id : rest.first(std::min(rest.size(), ids_per_read))) links.push_back(link_to(lane, id));
    rest = rest.subspan(links.size());
    Result<Value> answer = ask("SELECT * FROM $ids", {{"ids", std::move(links)}});
    if (!answer && answer.error().code == Code::not_found) continue;
    if (!answer) return std::unexpected(std::move(answer).error());
    Array* const records = answer->get_if<Array>();
    if (records == nullptr) return fail(Code::internal, "the server gave no list of records");
    for (Value& record : *records) {
      const Value* const id = record.find("id");
      Result<RecordId> key = read_record_id(id == nullptr ? Value() : *id, lane.table);
      Result<std::string> object = to_object(std::move(record));
      if (!key || !object) return std::unexpected(key ? std::move(object).error() : std::move(key).error());
      found.insert_or_assign(*std::move(key), *std::move(object));
    }
  }
  std::vector<std::optional<std::string>> records;
  records.reserve(ids.size());
  for (const RecordId& id : ids) {
    const auto at = found.find(id);
    records.push_back(at == found.end() ? std::nullopt : std::optional(at->second));
  }
  return records;
}

Result<ScanEnd> SurrealStore::scan(const Lane& lane, const ScanRange& range, const RecordSink& sink) {
  ScanEnd end;
  std::optional<Value> before;  // as the server has it: another program's id may be of a kind that RecordId has not
  if (range.before) before = std::visit([](const auto& key) { return Value(key); }, *range.before);
  for (std::size_t left = range.limit; left > 0;) {
    const std::size_t wanted = std::min(left, page_records) + 1;  // to see whether there is more
    const PageQuery query = page_query(lane, wanted, before ? &*before : nullptr);
    Result<Value> page = ask(query.text, query.variables);
    if (!page && page.error().code == Code::not_found) return end;
    if (!page) return std::unexpected(std::move(page).error());
    Array* const records = page->get_if<Array>();
    if (records == nullptr) return fail(Code::internal, "the server gave no list of records");
    end.more = records->size() == wanted;
    if (end.more) records->pop_back();
    left -= records->size();
    bool wants_more = true;
    for (auto record = records->begin(); record != records->end() && wants_more; ++record) {
      const Value* const id = record->find("id");
      const RecordLink* const link = id == nullptr ? nullptr : id->get_if<RecordLink>();
      if (link == nullptr) return fail(Code::internal, "the server gave a record without an id");
      before = link->key.front();
      end.last = key_of(*link);
      Result<std::string> object = to_object(std::move(*record));
      if (!object) return std::unexpected(std::move(object).error());
      wants_more = sink(*object);
      if (!wants_more && record + 1 != records->end()) end.more = true;
    }
    if (!wants_more || !end.more) return end;
  }
  return end;
}

Result<std::vector<bool>> SurrealStore::remove(const Lane& lane, std::span<const RecordId> ids) {
  std::vector<bool> removed(ids.size(), false);
  if (ids.empty()) return removed;
  Array links;
  for (const RecordId& id : ids) links.push_back(link_to(lane, id));
  // One statement is one transaction. A record user is told OK where nothing was deleted.
  Result<Value> answer = ask(
      "{ LET $there = (SELECT VALUE id FROM $ids WHERE id != NONE); DELETE $there RETURN NONE;"
      " IF array::len((SELECT VALUE id FROM $there WHERE id != NONE)) > 0 { THROW $denied }; RETURN $there }",
      {{"ids", std::move(links)}, {"denied", std::string(denied_words)}});
  if (!answer && answer.error().code == Code::not_found) return removed;
  if (!answer && answer.error().message.contains(denied_words)) return fail(Code::forbidden, std::string(denied_words));
  if (!answer) return std::unexpected(std::move(answer).error());
  const Array* const gone = answer->get_if<Array>();
  if (gone == nullptr) return fail(Code::unknown_outcome, "the server gave no list of ids");
  std::set<RecordId> keys;
  for (const Value& id : *gone) {
    if (const auto* link = id.get_if<RecordLink>()) {
      if (std::optional<RecordId> key = key_of(*link)) keys.insert(*std::move(key));
    }
  }
  std::transform(ids.begin(), ids.end(), removed.begin(), [&](const RecordId& id) { return keys.erase(id) != 0; });
  return removed;
}

Result<std::uint64_t> SurrealStore::count(const Lane& lane) {
  const Result<Value> groups = ask("SELECT count() FROM type::table($tb) GROUP ALL", {{"tb", lane.table}});
  if (!groups && groups.error().code == Code::not_found) return 0;
  if (!groups) return std::unexpected(groups.error());
  const Array* const rows = groups->get_if<Array>();
  if (rows == nullptr || rows->empty()) return 0;
  const Value* const count = rows->front().find("count");
  const std::int64_t* const number = count == nullptr ? nullptr : count->get_if<std::int64_t>();
  if (number == nullptr) return fail(Code::internal, "the server gave no count");
  return static_cast<std::uint64_t>(*number);
}

Result<std::optional<std::string>> SurrealStore::read_checkpoint(const std::string& name) {
  const Result<Value> text = ask("SELECT VALUE text FROM ONLY $id", {{"id", checkpoint_link(name)}});
  if (!text && text.error().code == Code::not_found) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  if (!text->is<std::string>()) return std::nullopt;
  return std::string(text->text());
}

Result<void> SurrealStore::write_checkpoint(const Checkpoint& checkpoint) {
  if (!defined_checkpoints_) {
    const Result<Value> defined = ask("DEFINE TABLE IF NOT EXISTS millrace_checkpoint", {});
    if (!defined && !(is_record_user_ && defined.error().code == Code::forbidden)) return std::unexpected(defined.error());
    if (Result<void> may = is_record_user_ ? try_checkpoint(checkpoint.name + "-trial") : Result<void>(); !may) return may;
    defined_checkpoints_ = true;
  }
  return put_checkpoint(checkpoint);
}

// A record user who may not change, read or delete a checkpoint is told no by silence. Better none than one that stays.
Result<void> SurrealStore::try_checkpoint(const std::string& name) {
  for (int turn = 0; turn < 2; ++turn) {
    if (Result<void> put = put_checkpoint({name, "trial"}); !put) return put;
  }
  const Result<std::optional<std::string>> there = read_checkpoint(name);
  if (!there) return std::unexpected(there.error());
  if (Result<void> removed = remove_checkpoint(name); !removed) return removed;
  const Result<std::optional<std::string>> left = read_checkpoint(name);
  if (!left) return std::unexpected(left.error());
  if (*there == "trial" && !left->has_value()) return {};
  return fail(Code::forbidden, "this user may not read or delete records of the table millrace_checkpoint");
}

Result<void> SurrealStore::put_checkpoint(const Checkpoint& checkpoint) {
  const Result<Value> written = ask("UPSERT $id CONTENT { text: $text } RETURN VALUE id",
                                    {{"id", checkpoint_link(checkpoint.name)}, {"text", checkpoint.text}});
  if (!written) return std::unexpected(written.error());
  const Array* const ids = written->get_if<Array>();
  if (ids == nullptr || ids->empty()) {  // which is how a record user is told no
    return fail(Code::forbidden, "this user may not write the table millrace_checkpoint");
  }
  return {};
}

Result<void> SurrealStore::remove_checkpoint(const std::string& name) {
  const Result<Value> removed = ask("DELETE $id RETURN NONE", {{"id", checkpoint_link(name)}});
  if (!removed && removed.error().code != Code::not_found) return std::unexpected(removed.error());
  return {};
}

Result<Value> SurrealStore::ask(std::string_view text, const Object& variables, std::stop_token stop) {
  MILLRACE_PROFILE_SCOPE("surrealdb ask");
  surrealdb::QueryResult answer = client_->query(text, variables, std::move(stop));
  if (!answer) return std::unexpected(std::move(answer).error());
  if (answer->size() != 1) return fail(Code::internal, "the server did not answer one statement with one result");
  surrealdb::StatementResult& result = answer->front();
  if (!result) return std::unexpected(to_error(result.error()));
  return *std::move(result);
}

}  // namespace millrace::store
