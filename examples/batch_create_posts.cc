// SPDX-License-Identifier: Apache-2.0
//
// Creates posts in one call and readings of a type of our own in another. It improves on statements pasted together: values
// are bound, each post has an outcome of its own, and the store sees few, large transactions.
#include <cstdio>
#include <string>
#include <vector>

#include "millrace/millrace.h"

struct Reading {
  std::string sensor;
  double celsius;
};

template <>
struct millrace::Fields<Reading> {
  static constexpr std::string_view table = "reading";
  static constexpr auto members =
      std::tuple{millrace::field("sensor", &Reading::sensor), millrace::field("celsius", &Reading::celsius)};
};

int main() {
  const auto store = millrace::store::open_store("memory:", {});
  if (!store) return 1;

  const std::vector<millrace::PostData> posts{
      {.title = "First", .content = "a post"},
      {.title = "'; REMOVE TABLE post; --", .content = "only a title"},
      {.title = "", .content = "this one has no title"},
  };
  int refused = 0;
  for (const auto& post : millrace::batch_create_posts(**store, posts)) {
    if (post) {
      std::printf("created %s: %s\n", millrace::to_string(post->id).c_str(), post->title.c_str());
    } else {
      std::printf("refused: %s\n", post.error().message.c_str());
      ++refused;
    }
  }

  const std::vector<Reading> readings{{"roof", 21.5}, {"cellar", 12.0}};
  const auto created = millrace::all_or_first_error(millrace::batch_create<Reading>(**store, readings));
  std::printf("%zu readings\n", created ? created->size() : 0);
  return refused == 1 && created && created->size() == 2 ? 0 : 1;
}
