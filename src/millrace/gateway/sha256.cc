// SPDX-License-Identifier: Apache-2.0
#include "millrace/gateway/sha256.h"

#include <openssl/evp.h>

#include <memory>

#include "millrace/base/assert.h"

namespace millrace::gateway {
namespace {

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// Never freed: threads may hash until the very end.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  MILLRACE_ASSERT(fetched != nullptr);
  return fetched;
}

}  // namespace

Sha256 sha256(std::initializer_list<std::string_view> parts) {
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  Sha256 digest;
  bool is_good = context != nullptr && EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) == 1;
  for (const std::string_view part : parts) is_good = is_good && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  is_good = is_good && EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
  MILLRACE_ASSERT(is_good);  // out of memory, or a libcrypto without SHA-256
  return digest;
}

}  // namespace millrace::gateway
