// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "commands.h"
#include "job_arguments.h"
#include "store_job.h"

namespace millrace::app {
namespace {

struct LoadArguments {
  JobArguments job;
  StoreJobArguments to;
  std::string query;
  const CLI::Option* query_option = nullptr;  // an empty query is one, and refused
};

Result<pipeline::LoadOptions> make_options(LoadArguments& arguments) {
  if (Result<void> expanded = arguments.job.expand_files(); !expanded) return std::unexpected(std::move(expanded).error());
  Result<pipeline::LoadOptions> options = arguments.job.options("");
  if (!options) return options;
  if (Result<void> completed = arguments.to.complete(*options); !completed) return std::unexpected(std::move(completed).error());
  if (arguments.query_option->count() == 0) {
    if (arguments.job.parameters.empty()) return options;
    return fail(Code::invalid_argument, "--param is for a --query");
  }
  Result<pipeline::LoadQuery> query = arguments.job.compile(arguments.query, options->shape.types);
  if (!query) return std::unexpected(std::move(query).error());
  options->query = *std::move(query);
  return options;
}

int run_load(LoadArguments& arguments, std::stop_token stop) {
  const Result<pipeline::LoadOptions> options = make_options(arguments);
  return options ? run_store_job(arguments.job, arguments.to, *options, std::move(stop)) : report_error(options.error());
}

}  // namespace

Command add_load(CLI::App& app, std::span<char* const> command_line) {
  const auto arguments = std::make_shared<LoadArguments>();
  LoadArguments& a = *arguments;
  a.to.resume_command = resume_command(command_line);
  CLI::App& load = *app.add_subcommand("load", "Write the records of files into a table, in batches");
  a.job.add_files_to(load);
  a.to.store.add_to(load, "--to", "Where to write");
  load.add_option("--table", a.to.table, "The table; 'post' has a shape: title, content, created_at")->required()->type_name("NAME");
  load.add_option("--format", a.job.format, "ndjson, json, csv or rejects; by the file's name when not given")->type_name("F");
  load.add_option("--types", a.job.types, "FIELD=TYPE,…: text int float decimal bool datetime duration uuid bytes record; or auto (CSV)");
  a.query_option = load.add_option("--query", a.query, "SELECT … FROM $input [WHERE …] …: what to make of the records (docs/processing.md)")->type_name("QUERY");
  a.job.add_parameters_to(load);
  a.to.add_records_to(load);
  a.job.add_rejects_to(load);
  a.to.add_resume_to(load);
  a.to.add_batches_to(load);
  a.to.add_wait_to(load);
  a.job.add_rest_to(load, "Bound on this process's memory, at least 48MiB");
  return [arguments](const std::stop_token& stop) { return arguments->job.trace.run([&] { return run_load(*arguments, stop); }); };
}

}  // namespace millrace::app
