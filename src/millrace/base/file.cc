// SPDX-License-Identifier: Apache-2.0
#include "millrace/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
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

constexpr int stop_interval_ms = 100;

bool is_regular(int descriptor) {
  struct stat status{};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      owned_(other.owned_),
      may_wait_(other.may_wait_),
      name_(std::move(other.name_)),
      stop_(std::move(other.stop_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(owned_, other.owned_);
  std::swap(may_wait_, other.may_wait_);
  std::swap(name_, other.name_);
  std::swap(stop_, other.stop_);
  return *this;
}

File::~File() {
  if (owned_ && descriptor_ >= 0) ::close(descriptor_);
}

Result<File> File::open_to_read(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return std::unexpected(system_error("read", path, errno));
  File file(descriptor, true, path);
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return std::unexpected(system_error("read", path, errno));
  if (S_ISDIR(status.st_mode)) return std::unexpected(system_error("read", path, EISDIR));
  file.may_wait_ = !S_ISREG(status.st_mode);
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  return file;
}

Result<File> File::create(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return std::unexpected(system_error("write", path, errno));
  return File(descriptor, true, path);
}

Result<File> File::open_behind(const std::string& path, std::uint64_t size) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return std::unexpected(system_error("write", path, errno));
  File file(descriptor, true, path);
  const auto offset = static_cast<off_t>(size);
  if (::ftruncate(descriptor, offset) != 0 || ::lseek(descriptor, offset, SEEK_SET) != offset) {
    return std::unexpected(system_error("write", path, errno));
  }
  return file;
}

Result<File> File::create_temporary() {
  const char* const told = std::getenv("TMPDIR");
  const std::string folder = told != nullptr && *told != '\0' ? told : "/tmp";
  const std::string name = folder + "/(temporary)";
  int descriptor = ::open(folder.c_str(), O_RDWR | O_TMPFILE | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {  // a file system, or kernel, that cannot
    std::string path = folder + "/millrace-XXXXXX";
    descriptor = ::mkostemp(path.data(), O_CLOEXEC);
    if (descriptor >= 0) ::unlink(path.c_str());
  }
  if (descriptor < 0) return std::unexpected(Error{Code::io, system_error("make a temporary file in", folder, errno).message + "; TMPDIR names the folder", {}});
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  return File(descriptor, true, name);
}

File File::standard_input() {
  File file(STDIN_FILENO, false, "-");
  file.may_wait_ = !is_regular(STDIN_FILENO);
  return file;
}
File File::standard_output() { return {STDOUT_FILENO, false, "-"}; }

Result<std::size_t> File::read(std::span<char> out) {
  for (;;) {
    if (may_wait_) {
      if (const Result<void> ready = wait_to_read(); !ready) return std::unexpected(ready.error());
    }
    const ssize_t got = ::read(descriptor_, out.data(), out.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR && errno != EAGAIN) return std::unexpected(system_error("read", name_, errno));
  }
}

Result<std::size_t> File::read_at(std::uint64_t offset, std::span<char> out) const {
  for (;;) {
    const ssize_t got = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return std::unexpected(system_error("read", name_, errno));
  }
}

// A read that waits cannot be told of a stop, so that it does not begin before there is something to read.
Result<void> File::wait_to_read() const {
  pollfd waiting{descriptor_, POLLIN, 0};
  while (!stop_.stop_requested()) {
    const int ready = ::poll(&waiting, 1, stop_.stop_possible() ? stop_interval_ms : -1);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return {};  // an error is the read's to tell
  }
  return fail(Code::interrupted, fmt::format("reading '{}' was stopped", name_));
}

bool File::would_wait() const {
  pollfd waiting{descriptor_, POLLIN, 0};
  return may_wait_ && ::poll(&waiting, 1, 0) == 0;
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

Result<void> check_readable(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::unexpected(system_error("read", path, errno));
  if (S_ISDIR(status.st_mode)) return std::unexpected(system_error("read", path, EISDIR));
  if (::access(path.c_str(), R_OK) != 0) return std::unexpected(system_error("read", path, errno));
  return {};
}

Result<void> check_writable(const std::string& path) {
  struct stat status{};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return std::unexpected(system_error("write", path, EISDIR));
  if (!exists && errno != ENOENT) return std::unexpected(system_error("write", path, errno));
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int denied = exists ? ::access(path.c_str(), W_OK) : ::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK);
  if (denied != 0 || path.empty()) return std::unexpected(system_error("write", path, path.empty() ? ENOENT : errno));
  return {};
}

Result<void> sync_folder_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const std::string folder = parent.empty() ? "." : parent;
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0 && errno == EACCES) return {};  // it may be written to, but not be opened
  if (descriptor < 0) return std::unexpected(system_error("sync", folder, errno));
  const bool synced = ::fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS;
  const Result<void> done = synced ? Result<void>() : std::unexpected(system_error("sync", folder, errno));
  ::close(descriptor);
  return done;
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
