// SPDX-License-Identifier: Apache-2.0
//
// A Store writes batches of records and says what became of each.
//
//   Result<std::unique_ptr<Store>> store = open_store("sqlite:posts.db", {});
//   if (auto ready = (*store)->prepare({"post"}); !ready) …
//   (*store)->write(batch, [](BatchOutcome outcome) { … });     // called once, when the batch is durable or refused
//
// Guarantees: a record is `written` only when the store says that it survives a crash (design.md, promise 1). Values are
// bound, never pasted into a text. Within one transaction records take effect in their order.
// Threads: all but capabilities() are called from one thread at a time. Completions run on that thread, inside write(),
// or on the store's own; capabilities().in_flight_max says how many writes may be under way at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "millrace/base/result.h"
#include "millrace/record/block.h"
#include "millrace/record/record.h"

namespace millrace::store {

enum class OnDuplicate : std::uint8_t { fail, skip, replace };

// How one transaction's records are said to the store.
enum class StatementShape : std::uint8_t {
  insert,  // INSERT INTO t $rows: fastest on disk engines; SQLite: a prepared INSERT per row
  create,  // FOR $r IN $rows { CREATE … }: no save point per record, so that SurrealDB's memory engine stays linear
};

// The records [first, last) of a block. The block outlives the write.
struct BlockRun {
  Block* block = nullptr;
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t size() const { return last - first; }
};

enum class Verdict : std::uint8_t {
  written,
  skipped,   // the id was taken and on_duplicate is skip
  rejected,  // this record is at fault: see the error
  unsettled  // its transaction failed as a whole: see the error, which may be another record's
};

struct RecordOutcome {
  Verdict verdict = Verdict::written;
  std::optional<Error> error;
  bool named = false;  // the error that its unsettled transaction fell over names this record
};

// A text that a store keeps under a name, in its own table millrace_checkpoint, for whoever writes to it.
struct Checkpoint {
  std::string name;
  std::string text;
};

struct Batch;
// The checkpoint to commit with a transaction of the batch, asked for when its records are in. The batch's first `decided`
// records have their outcome in `records`, which is empty while all are written. An error fails the transaction.
using CheckpointSource = std::function<Result<Checkpoint>(const Batch& batch, std::size_t decided, std::span<const RecordOutcome> records)>;

// One request: runs of records, cut into transactions of `rows_per_transaction` in their order.
struct Batch {
  Lane lane;
  std::vector<BlockRun> runs;
  OnDuplicate on_duplicate = OnDuplicate::fail;
  StatementShape shape = StatementShape::insert;
  std::size_t rows_per_transaction = 1000;  // at least 1
  // When not null, each transaction commits with its checkpoint; only where capabilities().checkpoints_with_data.
  const CheckpointSource* checkpoint = nullptr;

  std::size_t size() const;
  std::size_t body_bytes() const;
};

// What became of a batch. `records` is empty when every record was written; else it has the batch's size and order. A
// transaction of one record is `unsettled` only by a retryable error, by unknown_outcome, or when the store itself is
// at fault (io, forbidden, unauthorized): then no other record would fare better, and the job ends.
// Errors come without a place: the caller knows it from the block.
struct BatchOutcome {
  std::vector<RecordOutcome> records;
  std::uint32_t calls = 1;  // requests to the store that it took
};

using Completion = std::move_only_function<void(BatchOutcome)>;

struct Capabilities {
  std::string_view name;  // "sqlite", "surrealdb", "memory"
  Encoding encoding = Encoding::json;
  std::size_t in_flight_max = 1;
  std::size_t batch_bytes_max = 64u << 20;  // bodies of one request
  // True when a batch may hold an id twice and settles both in order.
  bool repeats_in_batch = true;
  // True when a batch's transactions can take a checkpoint with them. Such a store has one batch in flight.
  bool checkpoints_with_data = false;
};

// Called for each record of a scan with the record as a JSON object, id first; return false to end the scan.
using RecordSink = std::function<bool(std::string_view json)>;

// Which records a scan gives.
struct ScanRange {
  std::size_t limit = 0;            // at most so many
  std::optional<RecordId> before;  // those whose id is less, whether there is a record with that id or not
};

// Where a scan ended. The next page is the one before `last`.
struct ScanEnd {
  // The id of the last record given. Nothing when none was, and for an id of another kind than RecordId's, which another
  // program may have given a record in SurrealDB: a page cannot begin there.
  std::optional<RecordId> last;
  bool more = false;  // there is a record behind it
};

class Store {
 public:
  virtual ~Store() = default;
  virtual const Capabilities& capabilities() const = 0;
  // Makes the table when there is none. Call it once per lane before the first write; reading does not need it.
  virtual Result<void> prepare(const Lane& lane) = 0;
  // Removes the table and all that it holds. No writes may be under way.
  virtual Result<void> drop(const Lane& lane) = 0;
  virtual void write(Batch batch, Completion done) = 0;
  // The record as a JSON object, id first, or nothing when there is none. A missing table has no records.
  virtual Result<std::optional<std::string>> get(const Lane& lane, const RecordId& id) = 0;
  // The same of each id, in their order.
  virtual Result<std::vector<std::optional<std::string>>> get_many(const Lane& lane, std::span<const RecordId> ids);
  // Records in descending id, as RecordId orders them: uuids, texts by their bytes, integers. A store that keeps uuids as text
  // has no others, and takes one in `before` for its text. What is asked for with `before` does not move when records arrive
  // in front or are removed, the one with that id included.
  virtual Result<ScanEnd> scan(const Lane& lane, const ScanRange& range, const RecordSink& sink) = 0;
  virtual Result<std::uint64_t> count(const Lane& lane) = 0;
  // Removes the records with these ids in one transaction, and says of each whether it was there; true: it is gone, and that
  // survives a crash. Of an id that is given twice the first is true. A missing table has no records. On an error none was
  // removed, but for unknown_outcome, which leaves that open; forbidden when the store does not let this user.
  virtual Result<std::vector<bool>> remove(const Lane& lane, std::span<const RecordId> ids) = 0;

  // Checkpoints by name; one that is written is durable. forbidden where this user may not keep any, as in a store that has
  // not its own of these. The table is made with the first of them.
  virtual Result<std::optional<std::string>> read_checkpoint(const std::string& name);
  virtual Result<void> write_checkpoint(const Checkpoint& checkpoint);
  virtual Result<void> remove_checkpoint(const std::string& name);
};

inline constexpr std::string_view default_store = "sqlite:millrace.db";

struct StoreOptions {
  bool create = true;                         // SQLite: make the file when there is none; else that is not_found
  std::string password;                       // in place of the URL's, when not empty
  std::string token;                          // a JWT, in place of user and password
  std::chrono::milliseconds lock_wait{5'000};  // SQLite: for another process's lock
  std::size_t connections = 2;                // SurrealDB: sockets
  std::chrono::milliseconds timeout{60'000};  // SurrealDB: for one request
  std::stop_token stop;                       // SurrealDB: ends the waiting of opening and prepare() with interrupted
};

// STORE as contract.md has it: sqlite:PATH, ws[s]://…, memory:. invalid_argument when the text names no store;
// unavailable, unauthorized, … when it cannot be opened.
Result<std::unique_ptr<Store>> open_store(const std::string& url, const StoreOptions& options);

}  // namespace millrace::store
