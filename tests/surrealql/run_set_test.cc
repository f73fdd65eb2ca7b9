// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/run_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "millrace/surrealql/loser_tree.h"
#include "support/random.h"

namespace millrace::surrealql::test {
namespace {

using millrace::test::Random;

std::string random_bytes(Random& random, std::size_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random.bits());
  return text;
}

std::vector<std::string> read_all(RunFile& run) {
  std::vector<std::string> records;
  for (;;) {
    const Result<std::optional<std::string_view>> record = run.next();
    EXPECT_TRUE(record) << record.error().message;
    if (!record || !*record) return records;
    records.emplace_back(**record);
  }
}

RunFile run_of(const std::vector<std::string>& records) {
  RunFile run = *RunFile::create();
  for (const std::string& record : records) EXPECT_TRUE(run.append(record));
  EXPECT_TRUE(run.rewind());
  return run;
}

// Text records in their order.
Result<void> merge_texts(std::span<RunFile* const> from, RunFile& to) {
  std::vector<std::optional<std::string_view>> records;
  for (RunFile* const run : from) records.push_back(*run->next());
  const auto before = [&](std::size_t a, std::size_t b) { return *records[a] < *records[b]; };
  LoserTree tree;
  for (tree.begin(from.size(), [&](std::size_t i) { return !records[i]; }, before); !tree.is_empty(); tree.pass(!records[tree.first()], before)) {
    if (Result<void> done = to.append(*records[tree.first()]); !done) return done;
    records[tree.first()] = *from[tree.first()]->next();
  }
  return {};
}

TEST(RunFile, gives_back_what_was_written) {
  Random random;
  for (const std::size_t read_bytes : {RunFile::read_bytes_min, RunFile::read_bytes_most}) {
    std::vector<std::string> records = {"", std::string(1, '\0'), random_bytes(random, 3 * RunFile::write_bytes), ""};
    for (int i = 0; i < 3'000; ++i) records.push_back(random_bytes(random, random.below(random.one_in(50) ? 100'000 : 300)));
    records.push_back(random_bytes(random, RunFile::write_bytes));
    RunFile run = run_of(records);
    run.set_read_bytes(read_bytes);
    EXPECT_EQ(read_all(run), records);
    EXPECT_EQ(run.record_memory_max(), 3 * RunFile::write_bytes);
  }
}

TEST(RunFile, without_records_is_at_its_end) {
  RunFile run = run_of({});
  EXPECT_TRUE(read_all(run).empty());
}

TEST(RunFile, says_which_folder_cannot_be_written) {
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TMPDIR", "/nowhere/at/all", 1);
  const Result<RunFile> run = RunFile::create();
  if (before == nullptr) {
    ::unsetenv("TMPDIR");
  } else {
    ::setenv("TMPDIR", kept.c_str(), 1);
  }
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, Code::io);
  EXPECT_EQ(run.error().message, "cannot make a temporary file in '/nowhere/at/all': No such file or directory; TMPDIR names the folder");
}

TEST(LoserTree, merges_any_number_of_sources) {
  Random random;
  for (std::size_t count = 0; count < 40; ++count) {
    std::vector<std::vector<std::size_t>> sources(count);
    std::vector<std::size_t> all;
    for (auto& source : sources) {
      for (std::size_t i = random.below(20); i > 0; --i) source.push_back(random.below(50));
      all.insert(all.end(), source.begin(), source.end());
      std::ranges::sort(source, std::greater());  // taken from behind
    }
    std::ranges::sort(all);
    std::vector<std::size_t> merged;
    const auto before = [&](std::size_t a, std::size_t b) { return sources[a].back() < sources[b].back(); };
    LoserTree tree;
    for (tree.begin(count, [&](std::size_t i) { return sources[i].empty(); }, before); !tree.is_empty(); tree.pass(sources[tree.first()].empty(), before)) {
      merged.push_back(sources[tree.first()].back());
      sources[tree.first()].pop_back();
    }
    EXPECT_EQ(merged, all) << count;
  }
}

struct Given {
  std::vector<std::vector<std::string>> runs;
  std::vector<std::string> sorted;
};
Given random_runs(Random& random, std::size_t count) {
  Given given;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::string> records(random.below(40));
    for (std::string& record : records) record = random_bytes(random, random.below(6));
    std::ranges::sort(records);
    given.sorted.insert(given.sorted.end(), records.begin(), records.end());
    given.runs.push_back(std::move(records));
  }
  std::ranges::sort(given.sorted);
  return given;
}

std::vector<std::string> rest_of(RunSet& set, std::size_t runs_max) {
  const std::vector<RunFile*> runs = *set.to_merge();
  EXPECT_LE(runs.size(), runs_max);
  RunFile last = *RunFile::create();
  EXPECT_TRUE(merge_texts(runs, last));
  EXPECT_TRUE(last.rewind());
  return read_all(last);
}

TEST(RunSet, merges_in_passes_and_loses_nothing) {
  Random random;
  for (const std::size_t count : {0, 1, 3, 4, 5, 20, 150}) {
    const Given given = random_runs(random, count);
    RunSet set({.runs_max = 3}, merge_texts);
    for (const auto& records : given.runs) ASSERT_TRUE(set.add(run_of(records)));
    EXPECT_EQ(rest_of(set, 3), given.sorted) << count;
    EXPECT_EQ(set.merged_count() > 0, count > 3) << count;
    // A record is written once a level: with 150 runs of which three make one, five levels.
    EXPECT_LE(set.merged_count(), count) << count;
  }
}

TEST(RunSet, of_large_records_merges_few_at_a_time) {
  std::vector<std::string> sorted;
  RunSet set({.bytes_max = 1 << 20}, merge_texts);
  for (char c = 'a'; c <= 'p'; ++c) {
    sorted.push_back(std::string(200'000, c));
    ASSERT_TRUE(set.add(run_of({sorted.back()})));
  }
  EXPECT_EQ(rest_of(set, 4), sorted);
}

TEST(RunSet, takes_runs_of_many_threads) {
  Random random;
  const Given given = random_runs(random, 120);
  RunSet set({.runs_max = 4}, merge_texts);
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < 3; ++thread) {
      threads.emplace_back([&, thread] {
        for (std::size_t i = thread; i < given.runs.size(); i += 3) EXPECT_TRUE(set.add(run_of(given.runs[i])));
      });
    }
  }
  EXPECT_EQ(rest_of(set, 4), given.sorted);
}

TEST(RunSet, passes_on_what_merging_says) {
  RunSet set({.runs_max = 2}, [](std::span<RunFile* const>, RunFile&) -> Result<void> { return fail(Code::io, "no room"); });
  ASSERT_TRUE(set.add(run_of({"a"})));
  ASSERT_TRUE(set.add(run_of({"b"})));
  const Result<void> done = set.add(run_of({"c"}));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "no room");
}

}  // namespace
}  // namespace millrace::surrealql::test
