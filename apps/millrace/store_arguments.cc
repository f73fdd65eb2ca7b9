// SPDX-License-Identifier: Apache-2.0
#include "store_arguments.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "millrace/base/file.h"

namespace millrace::app {
namespace {

constexpr std::size_t password_bytes_max = 4096;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

void StoreArguments::add_to(CLI::App& command, const std::string& flag, const std::string& help) {
  command
      .add_option(flag, url,
                  help + ": sqlite:PATH, ws[s]://[user[:password]@]host[:8000]/namespace/database[?auth=root|namespace|database][&ca=FILE] "
                         "or memory:")
      ->capture_default_str()
      ->type_name("STORE");
  command.add_option("--password-file", password_file, "A file that holds the store's password; else MILLRACE_STORE_PASSWORD")
      ->type_name("FILE");
}

Result<store::StoreOptions> StoreArguments::with_secrets(store::StoreOptions options) const {
  options.password = environment("MILLRACE_STORE_PASSWORD");
  options.token = environment("MILLRACE_STORE_TOKEN");
  if (!password_file.empty()) {
    Result<std::string> password = read_small_file(password_file, password_bytes_max);
    if (!password) return std::unexpected(std::move(password).error());
    while (password->ends_with('\n') || password->ends_with('\r')) password->pop_back();
    options.password = std::move(*password);
  }
  return options;
}

Result<std::unique_ptr<store::Store>> StoreArguments::open(store::StoreOptions options) const {
  const Result<store::StoreOptions> complete = with_secrets(std::move(options));
  if (!complete) return std::unexpected(complete.error());
  return store::open_store(url, *complete);
}

}  // namespace millrace::app
