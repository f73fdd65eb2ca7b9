// SPDX-License-Identifier: Apache-2.0
//
// Any text is a query or is refused in words that show where; and what a query is named by reads as the same again.
#include <string>

#include "millrace/base/assert.h"
#include "millrace/surrealql/query.h"

namespace {

using namespace millrace;

// "line 2, column 7: …", then the line, then a caret under it; what is wrong with all of the query has no place.
void check_refusal(const std::string& message) {
  MILLRACE_ASSERT(!message.empty());
  if (!message.starts_with("line ")) return;
  const std::size_t line = message.rfind("\n  ", message.rfind('\n') - 1);
  const std::size_t caret = message.rfind('\n');
  MILLRACE_ASSERT(line != std::string::npos && caret != std::string::npos && line < caret);
  MILLRACE_ASSERT(message.find('^', caret) != std::string::npos);
  MILLRACE_ASSERT(message.size() < 20'000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const surrealql::Parameters parameters{{"p", Value(std::int64_t{7})}, {"words", Value(Array{Value("a"), Value("b")})}};
  // Copied, so that a byte read behind its end is seen.
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Result<surrealql::Query> query = surrealql::Query::compile(text, parameters);
  if (!query) {
    check_refusal(query.error().message);
  } else {
    // A float's name has all its digits: 5e-324 has 326.
    for (const std::string& name : query->column_names()) MILLRACE_ASSERT(name.size() <= 100 * text.size() + 400);
  }
  return 0;
}
