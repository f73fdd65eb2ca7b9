// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cerrno>
#include <memory>

#include "commands.h"
#include "millrace/base/file.h"
#include "millrace/source/post_generator.h"

namespace millrace::app {
namespace {

constexpr std::size_t buffer_bytes = 1u << 20;

struct GenerateArguments {
  std::uint64_t count = 0;
  std::uint64_t seed = 1;
  std::string output = "-";
};

int run_generate(const GenerateArguments& arguments, const std::stop_token& stop) {
  Result<File> file = arguments.output == "-" ? File::standard_output() : File::create(arguments.output);
  if (!file) return report_error(file.error());
  source::PostGenerator generator(arguments.seed);
  std::string buffer;
  buffer.reserve(buffer_bytes + 4096);
  for (std::uint64_t made = 0; made < arguments.count && !stop.stop_requested(); ++made) {
    generator.append_next(buffer);
    if (buffer.size() < buffer_bytes && made + 1 < arguments.count) continue;
    if (const Result<void> done = file->write_all(buffer); !done) return errno == EPIPE ? exit_all_done : report_error(done.error());
    buffer.clear();
  }
  return stop.stop_requested() ? exit_stopped : exit_all_done;
}

}  // namespace

Command add_generate(CLI::App& app) {
  const auto arguments = std::make_shared<GenerateArguments>();
  CLI::App& generate = *app.add_subcommand("generate", "Make up records to try things with");
  generate.require_subcommand(1);
  CLI::App& posts = *generate.add_subcommand("posts", "Posts as NDJSON: id, title, content, author, score, lang, tags, created_at");
  posts.add_option("--count", arguments->count, "How many")->required()->type_name("N")->check(not_negative);
  posts.add_option("--seed", arguments->seed, "The same seed gives the same posts")->capture_default_str()->type_name("S")->check(not_negative);
  posts.add_option("-o,--output", arguments->output, "The file; '-' is standard output")->capture_default_str()->type_name("FILE");
  return [arguments](const std::stop_token& stop) { return run_generate(*arguments, stop); };
}

}  // namespace millrace::app
