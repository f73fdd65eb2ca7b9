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
  Result<void> scan(const Lane& lane, std::size_t limit, const store::RecordSink& sink) override {
    return store_->scan(lane, limit, sink);
  }
  Result<std::uint64_t> count(const Lane& lane) override { return store_->count(lane); }

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
