// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/removals.h"

#include <cstddef>
#include <span>
#include <utility>

namespace millrace::gateway {
namespace {

std::vector<Result<bool>> remove_ids(store::Store& store, const Lane& lane, std::span<const RecordId> ids) {
  const Result<std::vector<bool>> removed = store.remove(lane, ids);
  if (removed) return {removed->begin(), removed->end()};
  if (ids.size() == 1 || !is_of_the_table(removed.error())) return std::vector<Result<bool>>(ids.size(), std::unexpected(removed.error()));
  std::vector<Result<bool>> each;
  each.reserve(ids.size());
  for (const RecordId& id : ids) each.push_back(std::move(remove_ids(store, lane, {&id, 1}).front()));
  return each;
}

}  // namespace

bool is_of_the_table(const Error& error) { return error.code == Code::refused || error.code == Code::invalid_argument || error.code == Code::forbidden; }

std::vector<Result<bool>> remove_records(store::Store& store, const Lane& lane, const std::vector<std::vector<RecordId>>& keys) {
  std::vector<Result<bool>> outcomes(keys.size(), Result<bool>(false));
  for (std::size_t choice = 0;; ++choice) {
    std::vector<std::size_t> asked;
    std::vector<RecordId> ids;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!outcomes[i] || *outcomes[i] || choice >= keys[i].size()) continue;
      asked.push_back(i);
      ids.push_back(keys[i][choice]);
    }
    if (asked.empty()) return outcomes;
    std::vector<Result<bool>> removed = remove_ids(store, lane, ids);
    for (std::size_t i = 0; i < asked.size(); ++i) outcomes[asked[i]] = std::move(removed[i]);
  }
}

}  // namespace millrace::gateway
