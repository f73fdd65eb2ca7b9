// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <stop_token>
#include <thread>

namespace millrace {
namespace {

void write_file(const std::string& path, std::string_view text) {
  Result<File> file = File::create(path);
  ASSERT_TRUE(file) << describe(file.error());
  ASSERT_TRUE(file->write_all(text));
}

TEST(File, reads_back_what_was_written) {
  const TempFolder folder;
  const std::string path = folder.file("posts.ndjson");
  write_file(path, "one\ntwo\n");
  Result<File> file = File::open_to_read(path);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->name(), path);
  EXPECT_EQ(file->size(), 8u);
  std::array<char, 5> buffer;
  EXPECT_EQ(file->read(buffer), 5u);
  EXPECT_EQ(std::string_view(buffer.data(), 5), "one\nt");
  EXPECT_EQ(file->read(buffer), 3u);
  EXPECT_EQ(file->read(buffer), 0u);
}

TEST(File, goes_on_behind_what_is_to_stay_and_cuts_the_rest_off) {
  const TempFolder folder;
  const std::string path = folder.file("rejects");
  write_file(path, "kept\ntorn li");
  Result<File> file = File::open_behind(path, 5);
  ASSERT_TRUE(file) << describe(file.error());
  ASSERT_TRUE(file->write_all("more\n"));
  EXPECT_EQ(read_small_file(path, 100), "kept\nmore\n");
  EXPECT_EQ(File::open_behind(folder.file("none"), 0).error().code, Code::not_found);
  EXPECT_TRUE(sync_folder_of(path));
}

TEST(File, reads_at_an_offset_and_leaves_its_own_position) {
  const TempFolder folder;
  write_file(folder.file("a"), "0123456789");
  Result<File> file = File::open_to_read(folder.file("a"));
  ASSERT_TRUE(file);
  std::array<char, 4> buffer;
  EXPECT_EQ(file->read_at(8, buffer), 2u);
  EXPECT_EQ(std::string_view(buffer.data(), 2), "89");
  EXPECT_EQ(file->read_at(10, buffer), 0u);
  EXPECT_EQ(file->read(buffer), 4u);
  EXPECT_EQ(std::string_view(buffer.data(), 4), "0123");
}

TEST(File, empties_a_file_that_is_there_when_it_creates) {
  const TempFolder folder;
  write_file(folder.file("a"), "long text");
  write_file(folder.file("a"), "x");
  EXPECT_EQ(read_small_file(folder.file("a"), 100), "x");
}

TEST(File, says_not_found_with_the_path_and_the_systems_words) {
  const TempFolder folder;
  const std::string path = folder.file("none");
  const auto file = File::open_to_read(path);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Code::not_found);
  EXPECT_EQ(file.error().message, "cannot read '" + path + "': No such file or directory");
  const auto made = File::create(folder.file("no/such/folder"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::not_found);
}

TEST(File, says_forbidden_when_rights_are_missing) {
  const TempFolder folder;
  write_file(folder.file("a"), "secret");
  ASSERT_EQ(::chmod(folder.file("a").c_str(), 0), 0);
  const bool is_root = ::geteuid() == 0;  // who may read everything, and becomes nobody for a moment
  ASSERT_TRUE(!is_root || ::seteuid(65534) == 0);
  const auto file = File::open_to_read(folder.file("a"));
  ASSERT_TRUE(!is_root || ::seteuid(0) == 0);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Code::forbidden);
}

TEST(File, refuses_to_read_a_folder) {
  const TempFolder folder;
  const auto file = File::open_to_read(folder.path());
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Code::io);
  EXPECT_NE(file.error().message.find("Is a directory"), std::string::npos);
}

TEST(File, says_io_when_the_disk_is_full) {
  Result<File> full = File::create("/dev/full");
  ASSERT_TRUE(full);
  const auto written = full->write_all("x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::io);
  EXPECT_EQ(written.error().message, "cannot write '/dev/full': No space left on device");
}

TEST(File, has_no_size_when_it_is_no_regular_file) {
  Result<File> null = File::open_to_read("/dev/null");
  ASSERT_TRUE(null);
  EXPECT_EQ(null->size(), std::nullopt);
}

TEST(File, syncs_a_file_and_passes_over_what_cannot_be_synced) {
  const TempFolder folder;
  Result<File> file = File::create(folder.file("a"));
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->sync());
  Result<File> null = File::open_to_read("/dev/null");
  ASSERT_TRUE(null);
  EXPECT_TRUE(null->sync());
}

TEST(File, moves_with_its_descriptor) {
  const TempFolder folder;
  write_file(folder.file("a"), "a");
  write_file(folder.file("b"), "b");
  Result<File> a = File::open_to_read(folder.file("a"));
  Result<File> b = File::open_to_read(folder.file("b"));
  ASSERT_TRUE(a && b);
  File file = std::move(*a);
  file = std::move(*b);
  std::array<char, 1> byte;
  EXPECT_EQ(file.read(byte), 1u);
  EXPECT_EQ(byte[0], 'b');
  EXPECT_EQ(file.name(), folder.file("b"));
}

TEST(File, leaves_standard_input_and_output_open) {
  {
    const File in = File::standard_input();
  }
  {
    const File out = File::standard_output();
  }
  EXPECT_EQ(File::standard_input().name(), "-");
  EXPECT_EQ(File::standard_output().name(), "-");
  EXPECT_NE(::fcntl(STDIN_FILENO, F_GETFD), -1);
  EXPECT_NE(::fcntl(STDOUT_FILENO, F_GETFD), -1);
}

TEST(NamedPipe, opens_at_once_and_is_read_to_its_writers_end) {
  const TempFolder folder;
  const std::string path = folder.file("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Result<File> pipe = File::open_to_read(path);
  ASSERT_TRUE(pipe);
  EXPECT_EQ(pipe->size(), std::nullopt);
  std::jthread writer([&] { write_file(path, "late"); });
  std::string text;
  std::array<char, 3> buffer;
  for (std::size_t got = 1; got != 0; text.append(buffer.data(), got)) got = pipe->read(buffer).value();
  EXPECT_EQ(text, "late");
}

TEST(NamedPipe, without_a_writer_is_left_when_a_stop_is_requested) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  Result<File> pipe = File::open_to_read(folder.file("pipe"));
  ASSERT_TRUE(pipe);
  std::jthread reader([&](std::stop_token stop) {
    pipe->set_stop(std::move(stop));
    std::array<char, 1> byte;
    const auto got = pipe->read(byte);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, Code::interrupted);
    EXPECT_EQ(got.error().message, "reading '" + folder.file("pipe") + "' was stopped");
  });
}

TEST(File, is_read_to_its_end_although_a_stop_is_requested) {  // what waits for nobody is stopped by its reader
  const TempFolder folder;
  write_file(folder.file("a"), "x");
  Result<File> file = File::open_to_read(folder.file("a"));
  std::stop_source stop;
  stop.request_stop();
  file->set_stop(stop.get_token());
  std::array<char, 1> byte;
  EXPECT_EQ(file->read(byte), 1u);
}

TEST(CheckReadable, says_what_opening_would_say) {
  const TempFolder folder;
  write_file(folder.file("a"), "x");
  EXPECT_TRUE(check_readable(folder.file("a")));
  for (const std::string& path : {folder.path(), folder.file("none"), folder.file("a/b"), std::string()}) {
    const auto checked = check_readable(path);
    const auto opened = File::open_to_read(path);
    ASSERT_FALSE(checked) << path;
    ASSERT_FALSE(opened) << path;
    EXPECT_EQ(checked.error().code, opened.error().code);
    EXPECT_EQ(checked.error().message, opened.error().message);
  }
}

TEST(CheckWritable, says_what_creating_would_say_and_touches_nothing) {
  const TempFolder folder;
  write_file(folder.file("a"), "kept");
  EXPECT_TRUE(check_writable(folder.file("a")));
  EXPECT_EQ(read_small_file(folder.file("a"), 10), "kept");
  EXPECT_TRUE(check_writable(folder.file("new")));
  EXPECT_FALSE(std::filesystem::exists(folder.file("new")));
  for (const std::string& path : {folder.path(), folder.file("no/folder"), folder.file("a/b"), std::string()}) {
    const auto checked = check_writable(path);
    const auto created = File::create(path);
    ASSERT_FALSE(checked) << path;
    ASSERT_FALSE(created) << path;
    EXPECT_EQ(checked.error().code, created.error().code);
    EXPECT_EQ(checked.error().message, created.error().message);
  }
}

TEST(ReadSmallFile, takes_the_limit_and_refuses_a_byte_more) {
  const TempFolder folder;
  write_file(folder.file("a"), "12345");
  EXPECT_EQ(read_small_file(folder.file("a"), 5), "12345");
  const auto text = read_small_file(folder.file("a"), 4);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Code::too_large);
  EXPECT_EQ(text.error().message, "'" + folder.file("a") + "' is larger than 4 bytes");
  EXPECT_EQ(read_small_file(folder.file("none"), 4).error().code, Code::not_found);
}

TEST(TempFolder, is_removed_with_all_that_is_in_it) {
  std::string path;
  {
    const TempFolder folder;
    path = folder.path();
    std::filesystem::create_directories(folder.file("deep/er"));
    write_file(folder.file("deep/er/file"), "x");
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(File, a_stop_reaches_a_read_that_waits_for_a_pipe) {
  const TempFolder folder;
  const std::string path = folder.file("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Result<File> file = File::open_to_read(path);  // and does not wait for a writer
  ASSERT_TRUE(file);
  std::stop_source stop;
  file->set_stop(stop.get_token());
  std::jthread stopper([&] { stop.request_stop(); });
  std::array<char, 8> space{};
  const Result<std::size_t> got = file->read(space);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::interrupted);
}

TEST(File, checks_make_nothing_and_say_what_opening_would) {
  const TempFolder folder;
  EXPECT_TRUE(check_writable(folder.file("new")));
  EXPECT_EQ(check_readable(folder.file("new")).error().code, Code::not_found);
  EXPECT_EQ(check_writable(folder.file("none/new")).error().code, Code::not_found);
  EXPECT_EQ(check_writable(folder.path()).error().code, Code::io);
  EXPECT_EQ(check_readable(folder.path()).error().code, Code::io);
  EXPECT_EQ(check_writable("").error().code, Code::not_found);
}

}  // namespace
}  // namespace millrace
