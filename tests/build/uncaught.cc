// SPDX-License-Identifier: Apache-2.0
// A program that ends by an exception nobody catches, thrown where its argument says (uncaught_test.py).
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "millrace/base/assert.h"
#include "millrace/base/uncaught_exception.h"
#include "millrace/net/loop.h"
#include "millrace/parallel/ordered_pipeline.h"

namespace {

struct Witness {
  ~Witness() { std::fputs("a destructor ran\n", stderr); }
};

[[gnu::noinline]] int throw_by_name(std::string_view what) {
  const Witness witness;
  if (what == "int") throw 42;
  if (what == "assert") MILLRACE_ASSERT(what.empty());
  throw std::runtime_error("the cat is on the keyboard");
}

void throw_in_thread() {
  std::thread([] { throw_by_name(""); }).join();
}

void throw_in_pipeline() {
  millrace::parallel::OrderedPipeline<int, int> pipeline(
      {.workers = 1, .window = 1}, [] { return std::optional(1); }, [](std::size_t, int) { return throw_by_name(""); });
  pipeline.take();
}

void throw_in_loop() {
  millrace::net::Loop loop;
  loop.post([] { throw_by_name(""); });
  ::pause();  // until the loop's thread ends the process
}

}  // namespace

int main(int, char** argv) {
  millrace::abort_on_uncaught_exceptions();
  const Witness witness;
  const std::string_view where = argv[1];
  if (where == "thread") throw_in_thread();
  if (where == "pipeline") throw_in_pipeline();
  if (where == "loop") throw_in_loop();
  return throw_by_name(where);
}
