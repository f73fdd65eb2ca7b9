// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "millrace/surrealql/function.h"

namespace millrace::surrealql {
namespace {

constexpr std::string_view no_api = "there is no API of a database here";
constexpr std::string_view no_closures = "closures as arguments are not supported yet";
constexpr std::string_view no_shuffle = "the same input is to give the same output; of what is random there are only uuids";
constexpr std::string_view no_passwords = "passwords are not hashed here: that is slow on purpose, for each record";
constexpr std::string_view digests = "of digests there are crypto::md5, sha1, sha256 and sha512";
constexpr std::string_view no_cbor = "values go in and out as JSON or CSV here, not as CBOR";
constexpr std::string_view no_files = "a query does not touch files here, but for its input";
constexpr std::string_view no_geometry = "there are no geometries here";
constexpr std::string_view no_network = "a query does not reach into the network here";
constexpr std::string_view not_random =
    "the same input is to give the same output; of what is random there are only uuids (rand::uuid)";
constexpr std::string_view no_database = "it asks the database, and there is none behind a file";
constexpr std::string_view no_index = "it asks an index of the database, and a file has none";
constexpr std::string_view no_session = "nobody has signed in here: there is no session";
constexpr std::string_view no_sets =
    "there are no sets here; an array with array::distinct, array::union and their like does the same";
constexpr std::string_view no_waiting = "a query over files does not wait";
constexpr std::string_view no_sanitizer = "no library here cleans HTML well; string::html::encode makes it plain text";
constexpr std::string_view no_fuzzy =
    "it is not built here; string::similarity::jaro_winkler and string::distance::osa are";
constexpr std::string_view no_timezone = "datetimes are in UTC here, wherever the machine is";
constexpr std::string_view field_by_name =
    "a field is written by its name, so that it is known before reading which fields are needed";
constexpr std::string_view no_table = "there are no tables here; a table's name is a text";
constexpr std::string_view no_patches = "patches are not made or applied here";
constexpr std::string_view not_implemented = "SurrealDB itself has its name only: it answers that it is not implemented";

struct NotHere {
  std::string_view name;
  std::string_view why;
};
constexpr NotHere not_here[] = {
    {"api::invoke", no_api},
    {"api::req::body", no_api},
    {"api::res::body", no_api},
    {"api::res::header", no_api},
    {"api::res::headers", no_api},
    {"api::res::status", no_api},
    {"api::timeout", no_api},
    {"array::fold", no_closures},
    {"array::map", no_closures},
    {"array::reduce", no_closures},
    {"array::shuffle", no_shuffle},
    {"crypto::argon2::compare", no_passwords},
    {"crypto::argon2::generate", no_passwords},
    {"crypto::bcrypt::compare", no_passwords},
    {"crypto::bcrypt::generate", no_passwords},
    {"crypto::blake3", digests},
    {"crypto::joaat", digests},
    {"crypto::pbkdf2::compare", no_passwords},
    {"crypto::pbkdf2::generate", no_passwords},
    {"crypto::scrypt::compare", no_passwords},
    {"crypto::scrypt::generate", no_passwords},
    {"encoding::cbor::decode", no_cbor},
    {"encoding::cbor::encode", no_cbor},
    {"file::bucket", no_files},
    {"file::copy", no_files},
    {"file::copy_if_not_exists", no_files},
    {"file::delete", no_files},
    {"file::exists", no_files},
    {"file::get", no_files},
    {"file::head", no_files},
    {"file::key", no_files},
    {"file::list", no_files},
    {"file::put", no_files},
    {"file::put_if_not_exists", no_files},
    {"file::rename", no_files},
    {"file::rename_if_not_exists", no_files},
    {"geo::area", no_geometry},
    {"geo::bearing", no_geometry},
    {"geo::centroid", no_geometry},
    {"geo::distance", no_geometry},
    {"geo::hash::decode", no_geometry},
    {"geo::hash::encode", no_geometry},
    {"geo::is_valid", no_geometry},
    {"http::delete", no_network},
    {"http::get", no_network},
    {"http::head", no_network},
    {"http::patch", no_network},
    {"http::post", no_network},
    {"http::put", no_network},
    {"rand", not_random},
    {"rand::bool", not_random},
    {"rand::duration", not_random},
    {"rand::enum", not_random},
    {"rand::float", not_random},
    {"rand::id", not_random},
    {"rand::int", not_random},
    {"rand::string", not_random},
    {"rand::time", not_random},
    {"rand::ulid", not_random},
    {"record::exists", no_database},
    {"record::is_edge", no_database},
    {"schema::table::exists", no_database},
    {"search::analyze", no_index},
    {"search::highlight", no_index},
    {"search::linear", no_index},
    {"search::offsets", no_index},
    {"search::rrf", no_index},
    {"search::score", no_index},
    {"sequence::nextval", no_database},
    {"session::ac", no_session},
    {"session::db", no_session},
    {"session::id", no_session},
    {"session::ip", no_session},
    {"session::ns", no_session},
    {"session::origin", no_session},
    {"session::rd", no_session},
    {"session::token", no_session},
    {"set::add", no_sets},
    {"set::all", no_sets},
    {"set::any", no_sets},
    {"set::at", no_sets},
    {"set::complement", no_sets},
    {"set::contains", no_sets},
    {"set::difference", no_sets},
    {"set::filter", no_sets},
    {"set::find", no_sets},
    {"set::first", no_sets},
    {"set::flatten", no_sets},
    {"set::fold", no_sets},
    {"set::intersect", no_sets},
    {"set::is_empty", no_sets},
    {"set::join", no_sets},
    {"set::last", no_sets},
    {"set::len", no_sets},
    {"set::map", no_sets},
    {"set::max", no_sets},
    {"set::min", no_sets},
    {"set::reduce", no_sets},
    {"set::remove", no_sets},
    {"set::slice", no_sets},
    {"set::union", no_sets},
    {"sleep", no_waiting},
    {"string::html::sanitize", no_sanitizer},
    {"string::similarity::fuzzy", no_fuzzy},
    {"string::similarity::smithwaterman", no_fuzzy},
    {"time::timezone", no_timezone},
    {"type::field", field_by_name},
    {"type::fields", field_by_name},
    {"type::file", no_files},
    {"type::geometry", no_geometry},
    {"type::point", no_geometry},
    {"type::set", no_sets},
    {"type::table", no_table},
    {"value::chain", no_closures},
    {"value::diff", no_patches},
    {"value::patch", no_patches},
    {"vector::distance::knn", no_index},
    {"vector::distance::mahalanobis", not_implemented},
    {"vector::similarity::spearman", not_implemented},
};
static_assert(std::ranges::is_sorted(not_here, {}, &NotHere::name));

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

std::string_view why_not_here(std::string_view name) {
  const auto less = [](std::string_view a, std::string_view b) {
    return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
  };
  const auto* const found = std::ranges::lower_bound(not_here, name, less, &NotHere::name);
  return found == std::ranges::end(not_here) || less(name, found->name) ? std::string_view() : found->why;
}

std::vector<std::string_view> functions_not_here() {
  std::vector<std::string_view> names;
  for (const NotHere& each : not_here) names.push_back(each.name);
  return names;
}

}  // namespace millrace::surrealql
