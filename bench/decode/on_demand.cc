// SPDX-License-Identifier: Apache-2.0
//
// A compiler option chooses simdjson's On-Demand implementation, so this file is built for Haswell.
#include "decode/on_demand.h"

#include <simdjson.h>

namespace millrace::bench {
namespace {

using simdjson::ondemand::document_reference;

constexpr std::size_t batch_bytes = 1 << 20;  // no slower than any other

std::uint64_t read_text(document_reference post, const char* name, bool decodes) {
  auto field = post.find_field(name);
  if (decodes) return std::string_view(field.get_string()).size();
  return static_cast<unsigned char>(*simdjson::ondemand::raw_json_string(field.get_raw_json_string()).raw());
}

std::uint64_t read_number(document_reference post, const char* name, bool decodes) {
  auto field = post.find_field(name);
  if (decodes) return static_cast<std::uint64_t>(std::int64_t(field.get_int64()));
  return static_cast<unsigned char>(std::string_view(field.raw_json_token()).front());
}

std::uint64_t read_post(document_reference post, std::size_t fields, bool decodes) {
  if (fields == 0) return 1;
  std::uint64_t sum = read_text(post, "id", decodes) + read_text(post, "title", decodes);
  if (fields == 3) return sum + read_number(post, "score", decodes);
  sum += read_text(post, "content", decodes) + read_text(post, "author", decodes) + read_number(post, "score", decodes) +
         read_text(post, "lang", decodes);
  for (auto tag : post.find_field("tags").get_array()) sum += decodes ? std::string_view(tag.get_string()).size() : 0;
  return sum + read_text(post, "created_at", decodes);
}

}  // namespace

bool can_run_on_demand() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"); }

std::uint64_t read_on_demand(std::string_view posts, std::size_t fields, bool decodes) {
  static simdjson::ondemand::parser parser;
#ifdef SIMDJSON_THREADS_ENABLED
  parser.threaded = false;  // no hidden second thread
#endif
  std::uint64_t sum = 0;
  auto documents = parser.iterate_many(posts.data(), posts.size(), batch_bytes).value();
  for (auto post : documents) sum += read_post(post.value(), fields, decodes);
  return sum;
}

}  // namespace millrace::bench
