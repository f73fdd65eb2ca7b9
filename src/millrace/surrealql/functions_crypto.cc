// SPDX-License-Identifier: Apache-2.0
//
// Digests by libcrypto; base64; uuids.
#include <openssl/evp.h>
#include <unistd.h>

#include <cstring>

#include "millrace/base/clock.h"
#include "millrace/record/json.h"
#include "millrace/surrealql/civil_time.h"
#include "millrace/surrealql/functions.h"

namespace millrace::surrealql {
namespace {

// Fetched once for the whole process: fetching takes longer than most digests.
template <FunctionName name>
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, name.text, nullptr);
  return fetched;
}

// As hexadecimal digits in lower case.
Datum digest(Evaluation& evaluation, const EVP_MD* algorithm, Text text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (algorithm == nullptr || EVP_Digest(text.data(), text.size(), bytes, &size, algorithm, nullptr) != 1) {
    return evaluation.fail("libcrypto does not give this digest here");
  }
  char* const out = evaluation.arena.allocate<char>(std::size_t{2} * size);
  for (unsigned i = 0; i < size; ++i) {
    out[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
    out[2 * i + 1] = "0123456789abcdef"[bytes[i] & 0xf];
  }
  return Datum::of_string({out, std::size_t{2} * size});
}

std::uint8_t* random_bytes(Evaluation& evaluation) {
  std::uint8_t* const bytes = evaluation.arena.allocate<std::uint8_t>(16);
  if (getentropy(bytes, 16) == 0) return bytes;
  evaluation.fail("the system gives no random bytes");
  return nullptr;
}

// RFC 9562: the version, and the two bits of its variant.
Datum uuid_of(std::uint8_t* bytes, std::uint8_t version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | version << 4);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return Datum::of_uuid(bytes);
}

}  // namespace

Datum crypto_md5(Evaluation& evaluation, Text text) { return digest(evaluation, algorithm<"MD5">(), text); }
Datum crypto_sha1(Evaluation& evaluation, Text text) { return digest(evaluation, algorithm<"SHA1">(), text); }
Datum crypto_sha256(Evaluation& evaluation, Text text) { return digest(evaluation, algorithm<"SHA256">(), text); }
Datum crypto_sha512(Evaluation& evaluation, Text text) { return digest(evaluation, algorithm<"SHA512">(), text); }

Datum encoding_base64_encode(Evaluation& evaluation, BytesArgument bytes, OptionalBool is_padded) {
  std::string text = encode_base64(bytes.data);
  if (!is_padded.value_or(false)) text.resize(text.find_last_not_of('=') + 1);
  return datum_of_text(evaluation, text);
}

// With or without padding; bits that are left over have to be zero.
Datum encoding_base64_decode(Evaluation& evaluation, Text text) {
  std::string padded(text);
  while (padded.size() % 4 != 0 && !padded.ends_with("==")) padded.push_back('=');
  const auto bytes = decode_base64(padded);
  if (!bytes || encode_base64(*bytes) != padded)
    return wrong_arguments(evaluation, "encoding::base64::decode", "invalid base64");
  return Datum::of_bytes(evaluation.arena.copy(*bytes));
}

// Version 7: milliseconds since 1970, the given ones or now's, before the random bits.
Datum rand_uuid(Evaluation& evaluation, OptionalDatetime time) {
  std::uint8_t* const bytes = random_bytes(evaluation);
  if (bytes == nullptr) return {};
  std::int64_t milliseconds = 0;
  if (time) {
    milliseconds = time->seconds * 1000 + time->nanoseconds / 1'000'000;
  } else {
    milliseconds = floor_divide(Clock::system().now().time_since_epoch().count(), 1'000'000);
  }
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  return uuid_of(bytes, 7);
}

Datum rand_uuid_v4(Evaluation& evaluation) {
  std::uint8_t* const bytes = random_bytes(evaluation);
  return bytes == nullptr ? Datum() : uuid_of(bytes, 4);
}

}  // namespace millrace::surrealql
