// SPDX-License-Identifier: Apache-2.0
//
// How the commands name a store and its secrets.
#pragma once

#include <memory>
#include <string>

#include "millrace/base/result.h"
#include "millrace/store/store.h"

namespace CLI {
class App;
}

namespace millrace::app {

struct StoreArguments {
  std::string url = "sqlite:millrace.db";
  std::string password_file;

  // Adds `flag` ("--to", "--from") and --password-file.
  void add_to(CLI::App& command, const std::string& flag, const std::string& help);
  // What to open the store with; the password comes from --password-file, else MILLRACE_STORE_PASSWORD; a JWT from
  // MILLRACE_STORE_TOKEN.
  Result<store::StoreOptions> with_secrets(store::StoreOptions options) const;
  Result<std::unique_ptr<store::Store>> open(store::StoreOptions options = {}) const;
};

}  // namespace millrace::app
