// SPDX-License-Identifier: Apache-2.0
//
// A disk that fails on purpose, under SQLite: while one of these lives, files opened by SQLite in this process go through
// it. It is the system's own file layer (https://sqlite.org/vfs.html) with two calls replaced.
//
//   FaultyVfs disk;
//   auto store = SqliteStore::open(…);
//   disk.writes_until_full = 3;        // the fourth write from here on says that the disk is full
//   disk.syncs_fail = true;
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <limits>
#include <map>

namespace millrace::testing {

class FaultyVfs {
 public:
  static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

  FaultyVfs() : vfs_(*system_vfs()) {
    current_ = this;
    vfs_.zName = "faulty";
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FaultyVfs() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(system_vfs(), 1);
    current_ = nullptr;
  }
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  std::size_t writes_until_full = never;
  bool syncs_fail = false;
  std::size_t syncs = 0;  // so far

 private:
  static sqlite3_vfs* system_vfs() {
    static sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
    return system;
  }
  static int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* flags_out) {
    const int code = system_vfs()->xOpen(system_vfs(), name, file, flags, flags_out);
    if (file->pMethods == nullptr) return code;
    // Databases and journals lock differently, but write and sync alike.
    static const sqlite3_io_methods system_methods = *file->pMethods;
    static std::map<const sqlite3_io_methods*, sqlite3_io_methods> replaced;
    const auto [methods, is_new] = replaced.try_emplace(file->pMethods, *file->pMethods);
    if (is_new) {
      methods->second.xWrite = [](sqlite3_file* f, const void* bytes, int size, sqlite3_int64 at) {
        if (current_->writes_until_full == 0) return SQLITE_FULL;
        if (current_->writes_until_full != never) --current_->writes_until_full;
        return system_methods.xWrite(f, bytes, size, at);
      };
      methods->second.xSync = [](sqlite3_file* f, int sync_flags) {
        ++current_->syncs;
        return current_->syncs_fail ? SQLITE_IOERR_FSYNC : system_methods.xSync(f, sync_flags);
      };
    }
    file->pMethods = &methods->second;
    return code;
  }

  static inline FaultyVfs* current_ = nullptr;
  sqlite3_vfs vfs_;
};

}  // namespace millrace::testing
