// SPDX-License-Identifier: Apache-2.0
//
// A SurrealDB server, 2.x or 3.x, as a store. A batch is one request: a statement for each of its transactions, each with
// its rows bound as one array of CBOR maps, which go from the blocks into the frame with one copy.
//
//   fail     INSERT INTO $tb $b0 RETURN NONE                          StatementShape::insert
//            FOR $r IN $b0 { CREATE $r.id CONTENT $r RETURN NONE }    StatementShape::create
//   skip     INSERT IGNORE INTO $tb $b0 RETURN VALUE id               in either shape; the ids tell who was written
//   replace  FOR $r IN $b0 { UPSERT $r.id CONTENT $r RETURN NONE }    in either shape
//
// No BEGIN: each statement is a transaction of its own in every version, and the answers stand in their order.
//
// A server says OK to a record user whose write it denied, and writes nothing. So for such a user (a token of record
// access) every statement gives its ids back, and a record without one is rejected as forbidden. The user needs the
// permission to select what he creates; the table has to be there, as he may not define one.
//
// Threads: as Store says; completions run on the client's thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/record/value.h"
#include "millrace/store/store.h"
#include "millrace/surrealdb/client.h"

namespace millrace::store {

class SurrealStore final : public Store {
 public:
  // invalid_argument for what is no URL of a SurrealDB (surrealdb/address.h); unavailable, unauthorized, forbidden.
  static Result<std::unique_ptr<SurrealStore>> open(std::string_view url, const StoreOptions& options);

  const Capabilities& capabilities() const override { return capabilities_; }
  Result<void> prepare(const Lane& lane) override;
  Result<void> drop(const Lane& lane) override;
  void write(Batch batch, Completion done) override;
  Result<std::optional<std::string>> get(const Lane& lane, const RecordId& id) override;
  Result<std::vector<std::optional<std::string>>> get_many(const Lane& lane, std::span<const RecordId> ids) override;
  // Reads in pages, so that no reply is huge; records that arrive in between are left out. surreal_page.h says what it costs.
  Result<ScanEnd> scan(const Lane& lane, const ScanRange& range, const RecordSink& sink) override;
  Result<std::uint64_t> count(const Lane& lane) override;
  // A record that this user may not select is not there for him.
  Result<std::vector<bool>> remove(const Lane& lane, std::span<const RecordId> ids) override;
  // A record each of table millrace_checkpoint, under its name.
  Result<std::optional<std::string>> read_checkpoint(const std::string& name) override;
  Result<void> write_checkpoint(const Checkpoint& checkpoint) override;
  Result<void> remove_checkpoint(const std::string& name) override;

 private:
  SurrealStore(std::unique_ptr<surrealdb::Client> client, const StoreOptions& options);
  // One statement's value. not_found when the table is missing.
  Result<Value> ask(std::string_view text, const Object& variables, std::stop_token stop = {});

  Result<void> put_checkpoint(const Checkpoint& checkpoint);
  Result<void> try_checkpoint(const std::string& name);

  const Capabilities capabilities_;
  const std::stop_token stop_;  // of opening and prepare()
  const std::unique_ptr<surrealdb::Client> client_;
  bool is_record_user_ = false;
  bool defined_checkpoints_ = false;
};

}  // namespace millrace::store
