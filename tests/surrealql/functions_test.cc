// SPDX-License-Identifier: Apache-2.0
//
// Tables of calls, functions_*.cases, and what they give: the answers are the real engine's (engine/functions.mjs compares
// them with it), but for those that say both.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "surrealql/function_case.h"

namespace millrace::surrealql::test {
namespace {

struct Case {
  std::string place;
  std::string call;
  std::string outcome;
};

std::vector<Case> cases_of(const std::filesystem::path& path) {
  std::vector<Case> cases;
  std::ifstream file(path);
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t first = line.find('\t');
    const std::size_t second = std::min(line.find('\t', first + 1), line.size());
    cases.push_back({path.filename().string() + ":" + std::to_string(number), line.substr(0, first),
                     line.substr(first + 1, second - first - 1)});
  }
  return cases;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_SOURCE_FOLDER "/tests/surrealql")) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("functions_") || !name.ends_with(".cases")) continue;
    for (Case& one : cases_of(entry.path())) cases.push_back(std::move(one));
  }
  return cases;
}

TEST(Functions, give_what_the_tables_say) {
  const auto cases = all_cases();
  ASSERT_GT(cases.size(), 700u);
  for (const Case& one : cases) {
    SCOPED_TRACE(one.call);
    const std::string found = called(one.call);
    EXPECT_EQ(found, one.outcome) << one.place << ": " << one.call;
  }
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Runs a function on what is there already.
Datum run(std::string_view name, std::vector<Datum> arguments, Evaluation& evaluation) {
  const Function* const function = find_function(name);
  MILLRACE_ASSERT(function != nullptr);
  return function->run(arguments, evaluation);
}

TEST(Functions, are_all_tried_in_the_tables) {
  std::set<std::string, std::less<>> tried;
  for (const Case& one : all_cases()) tried.insert(one.call.substr(0, one.call.find('(')));
  for (const Function& function : all_functions()) {
    if (function.same_each_time || function.arguments_max > 0) {
      const bool is_random = function.name.starts_with("rand::");
      EXPECT_TRUE(is_random || tried.contains(function.name)) << function.name << " has no case in functions_*.cases";
    }
  }
}

TEST(Functions, are_all_in_the_docs) {
  const std::string docs = text_of(MILLRACE_SOURCE_FOLDER "/docs/surrealql-functions.md");
  std::set<std::string, std::less<>> described;
  for (std::size_t at = docs.find("\n| `"); at != std::string::npos; at = docs.find("\n| `", at + 1)) {
    const std::size_t end = docs.find_first_of("(`", at + 4);
    if (docs[end] == '(') described.insert(docs.substr(at + 4, end - at - 4));
  }
  std::set<std::string, std::less<>> known;
  for (const Function& function : all_functions()) known.emplace(function.name);
  EXPECT_EQ(described, known);
}

TEST(Functions, are_either_here_or_not_here) {
  for (const Function& function : all_functions()) EXPECT_EQ(why_not_here(function.name), "") << function.name;
  for (const char* const name : {"http::get", "sleep", "session::ip", "search::score", "record::exists", "set::add",
                                 "geo::distance", "array::map", "rand::int", "crypto::bcrypt::compare",
                                 "string::html::sanitize", "type::field", "value::diff", "encoding::cbor::encode"}) {
    EXPECT_EQ(find_function(name), nullptr) << name;
    EXPECT_NE(why_not_here(name), "") << name;
  }
  for (const char* const name : {"http::nothing", "string::nothing", "", "zzz", "api"}) {
    EXPECT_EQ(find_function(name), nullptr) << name;
    EXPECT_EQ(why_not_here(name), "") << name;
  }
  const std::string docs = text_of(MILLRACE_SOURCE_FOLDER "/docs/surrealql-functions.md");
  EXPECT_THAT(docs, testing::HasSubstr(std::string(why_not_here("http::get"))));
}

TEST(Functions, are_found_in_any_case) {
  EXPECT_EQ(find_function("String::LEN"), find_function("string::len"));
  EXPECT_EQ(why_not_here("HTTP::Get"), why_not_here("http::get"));
}

TEST(Functions, say_how_many_arguments_they_take) {
  EXPECT_EQ(find_function("string::len")->arguments_min, 1);
  EXPECT_EQ(find_function("string::len")->arguments_max, 1);
  EXPECT_EQ(find_function("string::slice")->arguments_min, 1);
  EXPECT_EQ(find_function("string::slice")->arguments_max, 3);
  EXPECT_EQ(find_function("string::concat")->arguments_max, 255);
  EXPECT_EQ(find_function("time::now")->arguments_max, 0);
  EXPECT_FALSE(find_function("time::now")->same_each_time);
  EXPECT_FALSE(find_function("rand::uuid")->same_each_time);
  EXPECT_TRUE(find_function("time::floor")->same_each_time);
}

TEST(Functions, as_methods_depend_on_the_type) {
  EXPECT_EQ(find_method(Type::string, "len")->name, "string::len");
  EXPECT_EQ(find_method(Type::array, "len")->name, "array::len");
  EXPECT_EQ(find_method(Type::object, "len")->name, "object::len");
  EXPECT_EQ(find_method(Type::bytes, "len")->name, "bytes::len");
  EXPECT_EQ(find_method(Type::real, "round")->name, "math::round");
  EXPECT_EQ(find_method(Type::string, "semver_inc_major")->name, "string::semver::inc::major");
  EXPECT_EQ(find_method(Type::array, "vector_similarity_cosine")->name, "vector::similarity::cosine");
  EXPECT_EQ(find_method(Type::array, "sort_desc")->name, "array::sort::desc");
  EXPECT_EQ(find_method(Type::string, "is_datetime")->name, "string::is_datetime");
  EXPECT_EQ(find_method(Type::integer, "is_datetime")->name, "type::is_datetime");
  EXPECT_EQ(find_method(Type::string, "repeat")->name, "string::repeat");
  EXPECT_EQ(find_method(Type::integer, "repeat")->name, "array::repeat");
  EXPECT_EQ(find_method(Type::none, "to_string")->name, "type::string");
  for (const auto& [type, name] : {std::pair{Type::integer, "len"},
                                   {Type::integer, "sqrt"},
                                   {Type::array, "sum"},
                                   {Type::string, "LEN"},
                                   {Type::string, ""},
                                   {Type::string, "len trim"},
                                   {Type::string, "to_of"},
                                   {Type::duration, "from_days"},
                                   {Type::none, "abs"}}) {
    EXPECT_EQ(find_method(type, name), nullptr) << name;
  }
}

TEST(Functions, borrow_what_they_do_not_change) {
  Evaluation evaluation;
  const std::string text = "STRASSE 12, a text that is longer than a short one";
  const Datum upper = run("string::uppercase", {Datum::of_string("STRASSE 12")}, evaluation);
  EXPECT_EQ(evaluation.arena.bytes_used(), 0u);
  EXPECT_EQ(upper.string(), "STRASSE 12");
  for (const auto& [name, more] : std::vector<std::pair<std::string_view, std::vector<Datum>>>{
           {"string::trim", {}},
           {"string::slice", {Datum::of_integer(3), Datum::of_integer(9)}},
           {"string::replace", {Datum::of_string("x"), Datum::of_string("y")}},
           {"string::concat", {}},
           {"string::slice", {}},
           {"string::html::encode", {}}}) {
    std::vector<Datum> arguments{Datum::of_string(std::string_view(text).substr(0, 11))};
    if (name == "string::html::encode") arguments[0] = Datum::of_string(std::string_view(text).substr(0, 7));
    arguments.insert(arguments.end(), more.begin(), more.end());
    evaluation.arena.reset();
    const std::string_view result = run(name, arguments, evaluation).string();
    EXPECT_GE(result.data(), text.data()) << name;
    EXPECT_LE(result.data() + result.size(), text.data() + text.size()) << name;
    EXPECT_LE(evaluation.arena.bytes_used(), 32u) << name;
  }
}

TEST(Functions, change_the_case_of_every_length) {
  Evaluation evaluation;
  std::string lower;
  std::string upper;
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(run("string::uppercase", {Datum::of_string(lower)}, evaluation).string(), upper);
    EXPECT_EQ(run("string::lowercase", {Datum::of_string(upper)}, evaluation).string(), lower);
    const char c = static_cast<char>(i * 7 % 128);
    lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  lower += "é";
  upper += "É";
  EXPECT_EQ(run("string::uppercase", {Datum::of_string(lower)}, evaluation).string(), upper);
  EXPECT_EQ(run("string::lowercase", {Datum::of_string(upper)}, evaluation).string(), lower);
}

TEST(Functions, limit_what_they_make) {
  Evaluation evaluation;
  const auto is_too_much = [&](const Datum&) {
    const bool is_failed = evaluation.failure.ends_with("Output must not exceed 1048576 bytes.");
    evaluation.failure.clear();
    return is_failed;
  };
  const Datum one = Datum::of_integer(1);
  EXPECT_EQ(run("array::repeat", {one, Datum::of_integer(18724)}, evaluation).elements().size(), 18724u);
  EXPECT_TRUE(is_too_much(run("array::repeat", {one, Datum::of_integer(18725)}, evaluation)));
  EXPECT_EQ(run("array::range", {Datum::of_integer(0), Datum::of_integer(18725)}, evaluation).elements().size(), 18725u);
  EXPECT_TRUE(is_too_much(run("array::range", {Datum::of_integer(0), Datum::of_integer(18726)}, evaluation)));
  EXPECT_EQ(run("array::sequence", {Datum::of_integer(INT64_MAX - 1), Datum::of_integer(5)}, evaluation).elements().size(),
            2u);
  EXPECT_TRUE(is_too_much(run("array::sequence", {Datum::of_integer(18726)}, evaluation)));
  const Datum large = run("string::repeat", {Datum::of_string("a"), Datum::of_integer(1 << 20)}, evaluation);
  EXPECT_EQ(large.string().size(), std::size_t{1} << 20);
  EXPECT_TRUE(is_too_much(run("string::concat", {large, Datum::of_string("b")}, evaluation)));
  EXPECT_TRUE(is_too_much(run("string::join", {Datum::of_string("x"), large, Datum::of_string("")}, evaluation)));
  EXPECT_TRUE(is_too_much(run("string::replace", {large, Datum::of_string("a"), Datum::of_string("bb")}, evaluation)));
  EXPECT_FALSE(is_too_much(run("string::replace", {large, Datum::of_string("a"), Datum::of_string("b")}, evaluation)));
  std::vector<Datum> many(2000, one);
  const Datum array = Datum::of_array(many);
  run("array::combine", {array, array}, evaluation);
  EXPECT_EQ(evaluation.failure,
            "Incorrect arguments for function array::combine(). Output must not exceed 1048576 elements.");
  evaluation.failure.clear();
  std::vector<Datum> one_long(2000, one);
  one_long[0] = array;
  run("array::transpose", {Datum::of_array(one_long)}, evaluation);
  EXPECT_EQ(evaluation.failure,
            "Incorrect arguments for function array::transpose(). Output must not exceed 1048576 elements.");
  evaluation.failure.clear();
  run("array::join", {array, large}, evaluation);
  EXPECT_EQ(evaluation.failure, "Incorrect arguments for function array::join(). Output must not exceed 67108864 bytes.");
  evaluation.failure.clear();
  run("string::distance::levenshtein", {large, Datum::of_string("b")}, evaluation);
  EXPECT_EQ(evaluation.failure,
            "Incorrect arguments for function string::distance::levenshtein(). Input strings must not exceed 16384 bytes "
            "(got 1048576 and 1).");
}

// Small arrays are looked through, large ones hashed.
TEST(Functions, pair_large_arrays_as_small_ones) {
  Evaluation evaluation;
  const auto sql_of = [&](std::string_view name, std::string_view a, std::string_view b, std::size_t filler) {
    std::string more;
    for (std::size_t i = 0; i < filler; ++i) more += ", " + std::to_string(1000 + i);
    const std::string left = "[" + std::string(a) + more + "]";
    const std::string right = "[" + std::string(b) + more + "]";
    const std::string text =
        sql(run(name, {literal(left, evaluation.arena), literal(right, evaluation.arena)}, evaluation));
    const std::size_t end = filler > 0 && text.contains(more) ? text.find(more) : text.size() - 1;
    return text.substr(0, end) + (filler > 0 && text.contains(more) ? text.substr(end + more.size()) : text.substr(end));
  };
  for (const std::size_t filler : {std::size_t{0}, std::size_t{40}}) {
    EXPECT_EQ(sql_of("array::intersect", "3, 1, 2, 1, 1f", "1, 'a', 1f, 3", filler), "[3, 1, 1]");
    EXPECT_EQ(sql_of("array::difference", "1, 2, 2", "1f, 1, 2, 'x'", filler), "[2, 1, 'x']");
    EXPECT_EQ(sql_of("array::union", "1, 2, 2", "1f, 'x', 2", filler), "[1, 2, 'x']");
    EXPECT_EQ(sql_of("array::add", "1, 2, 2", "1f, 'x', 2, 'x'", filler), "[1, 2, 2, 'x']");
    EXPECT_EQ(sql_of("array::complement", "1, 2, 2, 5", "1f, 5", filler), "[2, 2]");
  }
}

TEST(Functions, look_into_text_out_of_a_record) {
  Evaluation evaluation;
  const Datum array = Datum::of_array_text(R"([3, [1, "a\u00e9"], {"k": 2}])");
  const Datum object = Datum::of_object_text(R"({"b": [1], "a": 2})");
  EXPECT_EQ(sql(run("array::len", {array}, evaluation)), "3");
  EXPECT_EQ(sql(run("array::flatten", {array}, evaluation)), "[3, 1, 'aé', { k: 2 }]");
  EXPECT_EQ(sql(run("object::keys", {object}, evaluation)), "['a', 'b']");
  EXPECT_EQ(sql(run("array::concat", {array, array}, evaluation)), "[3, [1, 'aé'], { k: 2 }, 3, [1, 'aé'], { k: 2 }]");
  EXPECT_EQ(sql(run("string::concat", {array}, evaluation)), "\"[3, [1, 'aé'], { k: 2 }]\"");
  EXPECT_EQ(sql(run("array::append", {array, object}, evaluation)), "[3, [1, 'aé'], { k: 2 }, { a: 2, b: [1] }]");
  EXPECT_EQ(sql(run("type::of", {object}, evaluation)), "'object'");
  EXPECT_EQ(sql(run("count", {array}, evaluation)), "3");
  EXPECT_FALSE(evaluation.failed());
}

TEST(Functions, that_draw_give_uuids_of_their_version) {
  Evaluation evaluation;
  const auto version_of = [](const Datum& uuid) { return std::pair{uuid.uuid()[6] >> 4, uuid.uuid()[8] >> 6}; };
  EXPECT_EQ(version_of(run("rand::uuid", {}, evaluation)), (std::pair{7, 2}));
  EXPECT_EQ(version_of(run("rand::uuid::v7", {}, evaluation)), (std::pair{7, 2}));
  EXPECT_EQ(version_of(run("rand::uuid::v4", {}, evaluation)), (std::pair{4, 2}));
  EXPECT_NE(sql(run("rand::uuid::v4", {}, evaluation)), sql(run("rand::uuid::v4", {}, evaluation)));
  const Datum time = Datum::of_datetime(1'704'067'200, 123'456'789);
  const Datum of_time = run("rand::uuid", {time}, evaluation);
  EXPECT_EQ(sql(run("time::from_uuid", {of_time}, evaluation)), "d'2024-01-01T00:00:00.123Z'");
  const Datum first = run("time::now", {}, evaluation);
  const Datum second = run("time::now", {}, evaluation);
  EXPECT_TRUE(compare(first, second) <= 0);
  EXPECT_GT(first.datetime_seconds(), 1'700'000'000);
}

}  // namespace
}  // namespace millrace::surrealql::test
