// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <string>

#include "millrace/store/memory_store.h"
#include "millrace/store/sqlite_store.h"
#include "millrace/store/store.h"

namespace millrace::store {
namespace {

constexpr std::string_view forms = "sqlite:PATH, ws[s]://[user[:password]@]host[:port]/namespace/database, or memory:";

// The text of a refused STORE may hold a password; only its scheme and what comes after the user are said again.
std::string without_user(const std::string& url) {
  const std::size_t slashes = url.find("://");
  const std::size_t at = url.rfind('@');
  if (slashes == std::string::npos || at == std::string::npos || at < slashes) return url;
  return url.substr(0, slashes + 3) + "***" + url.substr(at);
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& url, const StoreOptions& options) {
  if (url.starts_with("sqlite:")) {
    return SqliteStore::open(url.substr(std::string_view("sqlite:").size()), {.create = options.create});
  }
  if (url == "memory:") return std::make_unique<MemoryStore>();
  if (url.starts_with("ws://") || url.starts_with("wss://")) {
    return fail(Code::invalid_argument, "this build does not speak to SurrealDB yet");
  }
  if (url.starts_with("http://") || url.starts_with("https://")) {
    return fail(Code::invalid_argument, fmt::format("SurrealDB is spoken to over WebSocket: write ws{}",
                                                    without_user(url).substr(std::string_view("http").size())));
  }
  return fail(Code::invalid_argument, fmt::format("'{}' names no store: it has to be {}", without_user(url), forms));
}

}  // namespace millrace::store
