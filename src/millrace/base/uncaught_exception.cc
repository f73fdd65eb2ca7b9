// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/uncaught_exception.h"

#include <cxxabi.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <string_view>
#include <typeinfo>

#include "millrace/base/backtrace.h"

namespace millrace {
namespace {

void say(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void say_type(const std::type_info& type) noexcept {
  int status = 0;
  char* const readable = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  say(status == 0 ? readable : type.name());
  std::free(readable);
}

void say_exception() noexcept {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr) return say("millrace: internal error: std::terminate was called");
  say("millrace: internal error: nobody caught ");
  say_type(*type);
  try {
    throw;
  } catch (const std::exception& exception) {
    say(": ");
    say(exception.what());
  } catch (...) {  // of a type without words
  }
}

[[noreturn]] void report_and_abort() noexcept {
  say_exception();
  say(". Please report this, with the lines below.\n");
  write_backtrace(STDERR_FILENO);
  std::abort();
}

}  // namespace

void abort_on_uncaught_exceptions() noexcept {
  prepare_backtrace();
  std::set_terminate(report_and_abort);
}

}  // namespace millrace
