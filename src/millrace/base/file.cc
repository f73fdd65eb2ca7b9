// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "millrace/base/assert.h"

namespace millrace {
namespace {

Error system_error(std::string_view what, const std::string& path, int number) {
  const Code code = number == ENOENT ? Code::not_found : number == EACCES || number == EPERM ? Code::forbidden : Code::io;
  return {code, fmt::format("cannot {} '{}': {}", what, path, std::generic_category().message(number)), {}};
}

}  // namespace

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), owned_(other.owned_), name_(std::move(other.name_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(owned_, other.owned_);
  std::swap(name_, other.name_);
  return *this;
}

File::~File() {
  if (owned_ && descriptor_ >= 0) ::close(descriptor_);
}

Result<File> File::open_to_read(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::unexpected(system_error("read", path, errno));
  File file(descriptor, true, path);
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return std::unexpected(system_error("read", path, errno));
  if (S_ISDIR(status.st_mode)) return std::unexpected(system_error("read", path, EISDIR));
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  return file;
}

Result<File> File::create(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return std::unexpected(system_error("write", path, errno));
  return File(descriptor, true, path);
}

File File::standard_input() { return {STDIN_FILENO, false, "-"}; }
File File::standard_output() { return {STDOUT_FILENO, false, "-"}; }

Result<std::size_t> File::read(std::span<char> out) {
  for (;;) {
    const ssize_t got = ::read(descriptor_, out.data(), out.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return std::unexpected(system_error("read", name_, errno));
  }
}

Result<void> File::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return std::unexpected(system_error("write", name_, errno));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> File::sync() {
  if (::fdatasync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) {
    return std::unexpected(system_error("sync", name_, errno));
  }
  return {};
}

std::optional<std::uint64_t> File::size() const {
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::string> read_small_file(const std::string& path, std::size_t bytes_max) {
  Result<File> file = File::open_to_read(path);
  if (!file) return std::unexpected(std::move(file).error());
  std::string text(bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const Result<std::size_t> got = file->read(std::span(text).subspan(size));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) break;
    size += *got;
  }
  if (size > bytes_max) return fail(Code::too_large, fmt::format("'{}' is larger than {} bytes", path, bytes_max));
  text.resize(size);
  return text;
}

TempFolder::TempFolder() {
  path_ = (std::filesystem::temp_directory_path() / "millrace-XXXXXX").string();
  MILLRACE_ASSERT(::mkdtemp(path_.data()) != nullptr);
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace millrace
