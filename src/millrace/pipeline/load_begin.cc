// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/load_begin.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "millrace/base/file.h"
#include "millrace/pipeline/gathering.h"
#include "millrace/pipeline/row_window.h"
#include "millrace/record/json.h"
#include "millrace/telemetry/profile.h"

namespace millrace::pipeline {
namespace {

namespace fs = std::filesystem;

// Where it stops depends on what came before.
bool counts_rows(const surrealql::Query& query) { return Gathering::is_needed(query) || RowWindow::is_needed(query); }

std::string how_far(const LoadState& state) {
  const Position& frontier = state.finished.frontier;
  const bool all = frontier.file >= state.files.size();
  return fmt::format("{} records were written, {} skipped and {} rejected{}", state.counts.records_written, state.counts.records_skipped,
                     state.counts.records_rejected,
                     all ? "" : fmt::format(", up to byte {} of '{}'", frontier.byte, state.files[frontier.file].path));
}

// The rejects of the interrupted load stay where they are, in the file's first bytes.
Result<void> check_rejects(const LoadOptions& options, const LoadState& now, LoadBegin& begin) {
  LoadState& state = begin.state;
  if (!options.rejects_path.empty() && now.rejects_path != state.rejects_path) {
    return fail(Code::invalid_argument, fmt::format("the interrupted load wrote its rejects to '{}': resume it with that --rejects",
                                                    state.rejects_path));
  }
  if (now.rejects_path != state.rejects_path) {
    // Called from another folder. Any other name is for the user to say: the store does not decide which file is cut.
    if (fs::path(now.rejects_path).filename() != fs::path(state.rejects_path).filename()) {
      return fail(Code::invalid_argument, fmt::format("the interrupted load wrote its rejects to '{0}': resume it with --rejects '{0}'",
                                                      state.rejects_path));
    }
    begin.rejects_path = state.rejects_path;
  }
  if (state.rejects_bytes == 0) return {};
  std::error_code none;
  if (!fs::is_regular_file(state.rejects_path, none)) {
    if (!fs::exists(state.rejects_path, none)) {
      begin.warnings.push_back(fmt::format("'{}' is gone: the {} rejects before the interruption are not in the new one",
                                           state.rejects_path, state.counts.records_rejected));
    }
    state.rejects_bytes = 0;
    return {};
  }
  const Result<File> file = File::open_to_read(state.rejects_path);
  if (!file) return std::unexpected(file.error());
  char last = 0;
  const Result<std::size_t> got = file->read_at(state.rejects_bytes - 1, {&last, 1});
  if (got && *got == 1 && last == '\n') return {};
  return fail(Code::invalid_argument, fmt::format("'{}' has changed since the load was interrupted, which would add to it; move it away to "
                                                  "resume with a new one",
                                                  state.rejects_path));
}

}  // namespace

Result<LoadBegin> begin_load(const LoadOptions& options, const std::vector<InputFile>& files, const std::string& rejects_path,
                             store::Store& store) {
  MILLRACE_PROFILE_SCOPE("begin load");
  Result<std::vector<FileMark>> marks = mark_files(files);
  if (!marks) return std::unexpected(std::move(marks).error());
  LoadBegin begin{.state = new_state(*std::move(marks), options.shape, options.query ? &*options.query : nullptr, rejects_path), .name = {}, .rejects_path = rejects_path, .warnings = {}};
  if (begin.state.files.empty()) {
    if (options.resume != Resume::yes) return begin;
    return fail(Code::invalid_argument, "--resume needs files: standard input or a pipe cannot be read again from where it stopped");
  }
  if (options.query && counts_rows(options.query->query)) {
    if (options.resume != Resume::yes) return begin;
    return fail(Code::invalid_argument, "--resume: what GROUP BY, ORDER BY, START and LIMIT have counted is not in the store, so that a load with one of "
                                        "them cannot be gone on with; run it without --resume");
  }
  const bool has_odd_name = !is_utf8(begin.state.rejects_path) || !std::ranges::all_of(begin.state.files, is_utf8, &FileMark::path);
  if (has_odd_name) {
    constexpr std::string_view why = "a file's name is not UTF-8, so that no checkpoint can be kept";
    if (options.resume == Resume::yes) return fail(Code::invalid_argument, fmt::format("--resume: {}", why));
    begin.warnings.push_back(fmt::format("this load cannot be resumed if it is interrupted: {}", why));
    return begin;
  }
  begin.name = checkpoint_name(begin.state);
  const Result<std::optional<std::string>> kept = store.read_checkpoint(begin.name);
  if (!kept && kept.error().code != Code::forbidden) return std::unexpected(kept.error());
  if (!kept || !*kept) return begin;

  Result<LoadState> state = parse_load_state(**kept);
  if (options.resume == Resume::restart) {
    if (Result<void> removed = store.remove_checkpoint(begin.name); !removed) return std::unexpected(std::move(removed).error());
    if (state && (state->counts.records_written != 0 || !store.capabilities().checkpoints_with_data)) {
      begin.warnings.push_back(fmt::format(
          "the interrupted load is forgotten, but its {} records stay in {}: {}those without an id of their own are written again",
          state->counts.records_written, state->table,
          options.on_duplicate == store::OnDuplicate::fail ? "those with one are rejected as duplicates (see --on-duplicate), " : ""));
    }
    return begin;
  }
  if (state && (state->table != begin.state.table || state->files.size() != begin.state.files.size() ||
                state->finished.frontier.file > state->files.size())) {
    state = damaged_state();
  }
  if (!state) return std::unexpected(std::move(state).error());
  const Result<void> same = check_is_same(*state, begin.state);
  if (options.resume == Resume::no) {
    // Of another content under the same name nothing is there, and nothing is lost with its checkpoint.
    const bool tells_all = store.capabilities().checkpoints_with_data;
    if (!same && tells_all && state->counts.records_written == 0) return begin;
    return fail(Code::invalid_argument,
                fmt::format("an earlier load of this input into {} was interrupted: {}. --resume goes on from there; --restart forgets it "
                            "and begins anew",
                            state->table, how_far(*state)));
  }
  if (!same) return std::unexpected(same.error());
  const LoadState now = std::exchange(begin.state, *std::move(state));
  begin.resumed = true;
  if (Result<void> checked = check_rejects(options, now, begin); !checked) return std::unexpected(std::move(checked).error());
  return begin;
}

}  // namespace millrace::pipeline
