// SPDX-License-Identifier: Apache-2.0
//
// The contract of every store, on the three engines of SurrealDB.
#include "millrace/store/surreal_store.h"
#include "support/store_contract.h"
#include "support/surreal_server.h"

namespace millrace::testing {
namespace {

// A server of its own that lives as long as the store on it.
class ServedStore final : public store::Store {
 public:
  explicit ServedStore(std::string engine)
      : server_({.engine = std::move(engine), .arguments = {}}),
        store_(store::SurrealStore::open(server_.url(), {}).value()) {}

  const store::Capabilities& capabilities() const override { return store_->capabilities(); }
  Result<void> prepare(const Lane& lane) override { return store_->prepare(lane); }
  Result<void> drop(const Lane& lane) override { return store_->drop(lane); }
  void write(store::Batch batch, store::Completion done) override { store_->write(std::move(batch), std::move(done)); }
  Result<std::optional<std::string>> get(const Lane& lane, const RecordId& id) override { return store_->get(lane, id); }
  Result<store::ScanEnd> scan(const Lane& lane, const store::ScanRange& range, const store::RecordSink& sink) override {
    return store_->scan(lane, range, sink);
  }
  Result<std::vector<bool>> remove(const Lane& lane, std::span<const RecordId> ids) override { return store_->remove(lane, ids); }
  Result<std::uint64_t> count(const Lane& lane) override { return store_->count(lane); }
  Result<std::vector<std::optional<std::string>>> get_many(const Lane& lane, std::span<const RecordId> ids) override {
    return store_->get_many(lane, ids);
  }
  Result<std::optional<std::string>> read_checkpoint(const std::string& name) override { return store_->read_checkpoint(name); }
  Result<void> write_checkpoint(const store::Checkpoint& checkpoint) override { return store_->write_checkpoint(checkpoint); }
  Result<void> remove_checkpoint(const std::string& name) override { return store_->remove_checkpoint(name); }

 private:
  SurrealServer server_;
  std::unique_ptr<store::SurrealStore> store_;
};

INSTANTIATE_TEST_SUITE_P(
    surreal, StoreContract,
    ::testing::Values(StoreKind{"surreal_mem", [](const TempFolder&) { return std::make_unique<ServedStore>("mem://"); }},
                      StoreKind{"surreal_rocksdb",
                                [](const TempFolder& folder) {
                                  return std::make_unique<ServedStore>("rocksdb:" + folder.file("rocksdb"));
                                }},
                      StoreKind{"surreal_surrealkv",
                                [](const TempFolder& folder) {
                                  return std::make_unique<ServedStore>("surrealkv:" + folder.file("surrealkv"));
                                }}),
    kind_name);

}  // namespace
}  // namespace millrace::testing
