// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <string>

#include "millrace/store/memory_store.h"
#include "millrace/store/sqlite_store.h"
#include "millrace/store/store.h"
#include "millrace/store/surreal_store.h"
#include "millrace/surrealdb/address.h"
#include "millrace/telemetry/profile.h"

namespace millrace::store {
namespace {

constexpr std::string_view forms = "sqlite:PATH, ws[s]://[user[:password]@]host[:port]/namespace/database, or memory:";

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& url, const StoreOptions& options) {
  MILLRACE_PROFILE_SCOPE("open store");
  if (url.starts_with("sqlite:")) {
    return SqliteStore::open(url.substr(std::string_view("sqlite:").size()), {.create = options.create, .busy_timeout = options.lock_wait});
  }
  if (url == "memory:") return std::make_unique<MemoryStore>();
  for (const std::string_view scheme :
       {"ws://", "wss://", "http://", "https://"}) {  // of http it says what to write instead
    if (url.starts_with(scheme)) return SurrealStore::open(url, options);
  }
  return fail(Code::invalid_argument, fmt::format("'{}' names no store: it has to be {}", surrealdb::redacted(url), forms));
}

}  // namespace millrace::store
