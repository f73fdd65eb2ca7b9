// SPDX-License-Identifier: Apache-2.0
#include "millrace/batch/batch_create.h"

#include <memory>
#include <utility>

#include "millrace/batch/batcher.h"
#include "millrace/record/block_writer.h"

namespace millrace {
namespace {

// A block's place in the input is the item's index.
constexpr std::size_t block_records_max = 1000;

class Results final : public batch::Outcomes {
 public:
  explicit Results(std::size_t count) : results_(count, fail(Code::internal, "nothing became of it")) {}

  void written(const Block& block, std::size_t first, std::size_t last) override {
    const Timestamp now = Clock::system().now();
    for (std::size_t i = first; i < last; ++i) {
      results_[block.entries[i].byte] = Created{block.id(i).to_id(), block.entries[i].created_at.value_or(now)};
    }
  }
  void skipped(const Block&, std::size_t) override {}
  void rejected(const Block& block, std::size_t index, const Error& error) override {
    refuse(block.entries[index].byte, error);
    results_[block.entries[index].byte].error().place.record_id = block.id(index).to_string();
  }
  void released(std::unique_ptr<Block>) override {}

  void refuse(std::size_t index, Error error) { results_[index] = std::unexpected(std::move(error)); }
  // For those that nothing was said of.
  void refuse_rest(const Error& error) {
    for (Result<Created>& result : results_) {
      if (!result && result.error().code == Code::internal) result = std::unexpected(error);
    }
  }
  std::vector<Result<Created>> take() { return std::move(results_); }

 private:
  std::vector<Result<Created>> results_;
};

Result<void> create_all(store::Store& store, const RecordShape& shape, std::span<const Object> records, Results& results) {
  if (Result<void> named = check_table_name(shape.table); !named) return named;
  if (Result<void> ready = store.prepare({shape.table}); !ready) return ready;
  const Encoding encoding = store.capabilities().encoding;
  BlockWriter writer(shape, encoding, IdSource::for_source(Clock::system().now(), random_hash_key(), shape.table));
  batch::Batcher batcher(store, {shape.table}, {.limits = batch::starting_limits(store.capabilities())}, results);
  for (std::size_t at = 0; at < records.size();) {
    auto block = std::make_unique<Block>();
    block->encoding = encoding;
    for (const std::size_t end = std::min(records.size(), at + block_records_max); at < end; ++at) {
      if (Result<void> added = writer.add(records[at], {.byte = at}, *block); !added) results.refuse(at, std::move(added).error());
    }
    batcher.add(std::move(block));
    if (Result<void> sent = batcher.pump(); !sent) return sent;
  }
  return batcher.drain();
}

}  // namespace

std::vector<Result<Created>> batch_create_records(store::Store& store, std::string_view table, std::span<const Object> records) {
  Results results(records.size());
  const RecordShape shape{.table = std::string(table)};
  if (const Result<void> done = create_all(store, shape, records, results); !done) results.refuse_rest(done.error());
  return results.take();
}

std::vector<Result<Post>> batch_create_posts(store::Store& store, std::span<const PostData> posts) {
  std::vector<Object> records;
  records.reserve(posts.size());
  for (const PostData& post : posts) {
    records.push_back({{"id", to_value(post.id)},
                       {"title", post.title},
                       {"content", post.content},
                       {"created_at", to_value(post.created_at)}});
  }
  std::vector<Result<Created>> created = batch_create_records(store, post_table, records);
  std::vector<Result<Post>> out;
  out.reserve(posts.size());
  for (std::size_t i = 0; i < posts.size(); ++i) {
    if (created[i]) {
      out.emplace_back(Post{std::move(created[i]->id), posts[i].title, posts[i].content, created[i]->created_at});
    } else {
      out.emplace_back(std::unexpected(std::move(created[i]).error()));
    }
  }
  return out;
}

}  // namespace millrace
