// SPDX-License-Identifier: Apache-2.0
//
// A file, or standard input or output, by its descriptor. Errors name the path and the system's words.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "millrace/base/result.h"

namespace millrace {

class File {
 public:
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  // not_found, forbidden, or io. A folder is io. A named pipe opens at once; its first read waits for a writer.
  static Result<File> open_to_read(const std::string& path);
  // Made anew, or emptied.
  static Result<File> create(const std::string& path);
  // To be written to behind its first `size` bytes; what stood there is cut off.
  static Result<File> open_behind(const std::string& path, std::uint64_t size);
  // To be written, and read by read_at(), in the system's temporary folder (TMPDIR, else /tmp). It has no name, so that it is gone
  // however the process ends.
  static Result<File> create_temporary();
  static File standard_input();
  static File standard_output();

  // Up to out.size() bytes; 0 at the end. interrupted when it waits for a pipe or terminal and the stop is requested.
  Result<std::size_t> read(std::span<char> out);
  // Up to out.size() bytes from `offset` on; 0 at the end.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const;
  // True when a read would wait for the other end of a pipe, or a user. Costs nothing for a regular file.
  bool would_wait() const;
  void set_stop(std::stop_token stop) { stop_ = std::move(stop); }
  Result<void> write_all(std::string_view bytes);
  Result<void> sync();
  // The file's size in bytes; nothing for a pipe or terminal.
  std::optional<std::uint64_t> size() const;
  const std::string& name() const { return name_; }  // the path, or "-"

 private:
  File(int descriptor, bool owned, std::string name) : descriptor_(descriptor), owned_(owned), name_(std::move(name)) {}
  Result<void> wait_to_read() const;

  int descriptor_ = -1;
  bool owned_ = false;
  bool may_wait_ = false;  // for the other end of a pipe, or a user
  std::string name_;
  std::stop_token stop_;
};

// What open_to_read() and create() would say, without touching anything: a pipe that is opened and closed is lost for its
// writer, and a file that is made is there.
Result<void> check_readable(const std::string& path);
Result<void> check_writable(const std::string& path);

// A file that was made stays through a power loss once its folder is synced, too.
Result<void> sync_folder_of(const std::string& path);

// The whole file, at most `bytes_max`: too_large beyond it. For small files such as a password's.
Result<std::string> read_small_file(const std::string& path, std::size_t bytes_max);

// A folder of its own under the system's temporary folder, removed with all that is in it.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace millrace
