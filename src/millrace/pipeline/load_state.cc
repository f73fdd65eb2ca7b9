// SPDX-License-Identifier: Apache-2.0
#include "millrace/pipeline/load_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "millrace/base/file.h"
#include "millrace/record/json.h"

namespace millrace::pipeline {
namespace {

constexpr std::int64_t version = 1;

// Of a file's bytes the hash covers the head, the tail, and samples spread evenly.
constexpr std::uint64_t end_bytes = 64u << 10;
constexpr std::uint64_t sample_bytes = 4u << 10;
constexpr std::uint64_t samples = 16;

std::string_view name_of(decode::Format format) {
  switch (format) {
    case decode::Format::ndjson: return "ndjson";
    case decode::Format::json: return "json";
    case decode::Format::csv: return "csv";
    case decode::Format::rejects: return "rejects";
  }
  std::unreachable();
}

Result<FileMark> mark_file(const InputFile& input) {
  const Result<File> file = File::open_to_read(input.path);
  if (!file) return std::unexpected(file.error());
  FileMark mark{.path = std::filesystem::absolute(input.path).lexically_normal().string(),
                .format = std::string(name_of(input.format)),
                .size = file->size().value_or(0),
                .hash = {}};
  std::string seen;
  const auto look = [&](std::uint64_t begin, std::uint64_t size) -> Result<void> {
    const std::size_t before = seen.size();
    seen.resize(before + size);
    const Result<std::size_t> got = file->read_at(begin, std::span(seen).subspan(before));
    if (!got) return std::unexpected(got.error());
    seen.resize(before + *got);
    return {};
  };
  Result<void> done = look(0, end_bytes);
  const std::uint64_t tail = mark.size > end_bytes ? mark.size - std::min(mark.size - end_bytes, end_bytes) : mark.size;
  for (std::uint64_t i = 1; done && i <= samples && mark.size > end_bytes; ++i) {
    done = look(mark.size / (samples + 1) * i, sample_bytes);
  }
  if (done) done = look(tail, end_bytes);
  if (!done) return std::unexpected(std::move(done).error());
  mark.hash = fmt::format("{:016x}", keyed_hash({}, std::as_bytes(std::span(seen)))[0]);
  return mark;
}

std::string text_of(const TypeRules& types) {
  std::vector<TypeRule> rules = types.rules;
  std::ranges::stable_sort(rules, {}, &TypeRule::field);
  std::vector<std::string> parts;
  for (const TypeRule& rule : rules) parts.push_back(fmt::format("{}={}", rule.field, to_string(rule.type)));
  if (types.automatic) parts.emplace_back("auto");
  return fmt::format("{}", fmt::join(parts, ","));
}

// A query, or a parameter, may hold a URL.
std::string without_passwords(std::string_view text) {
  std::string shown;
  for (std::size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://")) {
    shown += text.substr(0, at + 3);
    text.remove_prefix(at + 3);
    const std::string_view host = text.substr(0, text.find_first_of(" \t\n'\"`"));
    const std::size_t end = host.rfind('@');  // the last: a password may hold one that should have been encoded
    const std::size_t colon = host.find(':');
    if (end == std::string_view::npos || colon > end) continue;
    shown += fmt::format("{}:***", host.substr(0, colon));
    text.remove_prefix(end);
  }
  return shown.append(text);
}

std::string hex(std::uint64_t number) { return fmt::format("{:016x}", number); }
Value integer(std::uint64_t number) { return static_cast<std::int64_t>(number); }

// Reads members, and remembers when one was not there or of another kind.
class Reader {
 public:
  explicit Reader(const Value& object) : object_(object) {}
  bool is_whole() const { return whole_; }

  std::string text(std::string_view key) {
    const Value* const member = find(key);
    const bool is_text = member != nullptr && member->is<std::string>();
    whole_ = whole_ && is_text;
    return is_text ? std::string(member->text()) : "";
  }
  bool boolean(std::string_view key) {
    const Value* const member = find(key);
    const bool* const found = member == nullptr ? nullptr : member->get_if<bool>();
    whole_ = whole_ && found != nullptr;
    return found != nullptr && *found;
  }
  std::uint64_t number(std::string_view key) { return number(find(key)); }
  std::uint64_t number(const Value* value) {
    const auto* const found = value == nullptr ? nullptr : value->get_if<std::int64_t>();
    whole_ = whole_ && found != nullptr && *found >= 0;
    return found == nullptr ? 0 : static_cast<std::uint64_t>(*found);
  }
  std::uint64_t hex(std::string_view key) {
    const std::string digits = text(key);
    std::uint64_t read = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), read, 16);
    whole_ = whole_ && error == std::errc{} && end == digits.data() + digits.size();
    return read;
  }
  const Array& list(std::string_view key) { return list(find(key)); }
  const Array& list(const Value* value, std::size_t size_min = 0) {
    static const Array none(3);
    const Array* const found = value == nullptr ? nullptr : value->get_if<Array>();
    const bool fits = found != nullptr && found->size() >= size_min;
    whole_ = whole_ && fits;
    return fits ? *found : none;
  }

 private:
  const Value* find(std::string_view key) const { return object_.find(key); }
  const Value& object_;
  bool whole_ = true;
};

}  // namespace

Result<std::vector<FileMark>> mark_files(const std::vector<InputFile>& files) {
  std::vector<FileMark> marks;
  for (const InputFile& file : files) {
    std::error_code none;
    if (file.path == "-" || !std::filesystem::is_regular_file(file.path, none)) return std::vector<FileMark>();
  }
  for (const InputFile& file : files) {
    Result<FileMark> mark = mark_file(file);
    if (!mark) return std::unexpected(std::move(mark).error());
    marks.push_back(*std::move(mark));
  }
  return marks;
}

LoadState new_state(std::vector<FileMark> files, const RecordShape& shape, const LoadQuery* query, std::string rejects_path) {
  return {.files = std::move(files),
          .table = shape.table,
          .id_field = shape.id_field,
          .types = text_of(shape.types),
          .query = query == nullptr ? "" : query->text,
          .strict = query == nullptr || query->strict,
          .start = Clock::system().now(),
          .key = random_hash_key(),
          .finished = {},
          .counts = {},
          .rejects_path = std::filesystem::absolute(rejects_path).lexically_normal().string()};
}

std::string checkpoint_name(const LoadState& state) {
  std::string all = state.table;
  for (const FileMark& file : state.files) all.append(1, '\0').append(file.path);
  const Hash128 hash = keyed_hash({}, std::as_bytes(std::span(all)));
  return fmt::format("load-{}-{}{}", state.table, hex(hash[0]), hex(hash[1]));
}

std::string to_json(const LoadState& state) {
  Array files;
  for (const FileMark& file : state.files) {
    files.emplace_back(Object{{"path", file.path}, {"format", file.format}, {"size", integer(file.size)}, {"hash", file.hash}});
  }
  Array ranges;
  for (const FileRange& range : state.finished.ranges) {
    ranges.emplace_back(Array{integer(range.file), integer(range.first), integer(range.last)});
  }
  const Position& frontier = state.finished.frontier;
  return millrace::to_json(Value(Object{
      {"version", version},
      {"files", std::move(files)},
      {"table", state.table},
      {"id", state.id_field},
      {"types", state.types},
      {"query", state.query},
      {"strict", state.strict},
      {"start", static_cast<std::int64_t>(state.start.time_since_epoch().count())},
      {"key0", hex(state.key[0])},
      {"key1", hex(state.key[1])},
      {"frontier", Array{integer(frontier.file), integer(frontier.byte)}},
      {"finished", std::move(ranges)},
      {"written", integer(state.counts.records_written)},
      {"skipped", integer(state.counts.records_skipped)},
      {"rejected", integer(state.counts.records_rejected)},
      {"filtered", integer(state.counts.records_filtered)},
      {"rejects", state.rejects_path},
      {"rejects_bytes", integer(state.rejects_bytes)},
  }));
}

std::unexpected<Error> damaged_state() {
  return fail(Code::refused, "the checkpoint in the store is damaged; --restart forgets it");
}

Result<LoadState> parse_load_state(std::string_view text) {
  const Result<Value> parsed = parse_json(text);
  if (!parsed) return fail(Code::refused, "the checkpoint in the store is no JSON; --restart forgets it");
  Reader reader(*parsed);
  if (reader.number("version") != version) {
    return fail(Code::refused, "the checkpoint in the store is of another version of millrace; --restart forgets it");
  }
  LoadState state;
  for (const Value& file : reader.list("files")) {
    Reader mark(file);
    state.files.push_back({mark.text("path"), mark.text("format"), mark.number("size"), mark.text("hash")});
    if (!mark.is_whole()) return damaged_state();
  }
  state.table = reader.text("table");
  state.id_field = reader.text("id");
  state.types = reader.text("types");
  state.query = reader.text("query");
  if (parsed->find("strict") != nullptr) state.strict = reader.boolean("strict");  // 0.2 has none
  state.start = Timestamp(std::chrono::nanoseconds(reader.number("start")));
  state.key = {reader.hex("key0"), reader.hex("key1")};
  const Array& frontier = reader.list(parsed->find("frontier"), 2);
  state.finished.frontier = {static_cast<std::uint32_t>(reader.number(&frontier[0])), reader.number(&frontier[1])};
  for (const Value& item : reader.list("finished")) {
    const Array& range = reader.list(&item, 3);
    state.finished.ranges.push_back(
        {static_cast<std::uint32_t>(reader.number(&range[0])), reader.number(&range[1]), reader.number(&range[2])});
  }
  state.counts.records_written = reader.number("written");
  state.counts.records_skipped = reader.number("skipped");
  state.counts.records_rejected = reader.number("rejected");
  if (parsed->find("filtered") != nullptr) state.counts.records_filtered = reader.number("filtered");  // 0.2 has none
  state.rejects_path = reader.text("rejects");
  state.rejects_bytes = reader.number("rejects_bytes");
  const std::vector<FileRange>& ranges = state.finished.ranges;
  if (!reader.is_whole() || !std::ranges::is_sorted(ranges)) return damaged_state();
  return state;
}

Result<void> check_is_same(const LoadState& begun, const LoadState& now) {
  const auto differs = [](std::string what) {
    return fail(Code::invalid_argument, std::move(what) + "; --restart forgets the interrupted load and begins anew");
  };
  for (std::size_t i = 0; i < std::min(begun.files.size(), now.files.size()); ++i) {
    const FileMark& then = begun.files[i];
    const FileMark& file = now.files[i];
    if (then.size != file.size) {
      return differs(fmt::format("'{}' has changed since the load was interrupted: it had {} bytes and has {}", file.path, then.size,
                                 file.size));
    }
    if (then.hash != file.hash) {
      return differs(fmt::format("'{}' has changed since the load was interrupted: its content is another", file.path));
    }
    if (then.format != file.format) {
      return differs(fmt::format("'{}' was read as --format {} when the load was interrupted, not as {}", file.path, then.format,
                                 file.format));
    }
  }
  for (const auto& [what, then, is] : {std::tuple("--id", &begun.id_field, &now.id_field),
                                       {"--types", &begun.types, &now.types},
                                       {"query", &begun.query, &now.query}}) {
    if (*then != *is) {
      return differs(fmt::format("the interrupted load was begun with another {}: '{}', not '{}'", what, without_passwords(*then), without_passwords(*is)));
    }
  }
  if (begun.strict != now.strict) {
    return differs(fmt::format("the interrupted load {} (process does with --strict, and load does)",
                               begun.strict ? "validated all of each record" : "validated only what the query reads"));
  }
  return {};
}

}  // namespace millrace::pipeline
