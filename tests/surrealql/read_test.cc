// SPDX-License-Identifier: Apache-2.0
//
// From slots, JSON text and values, and back to JSON.
#include <gtest/gtest.h>

#include <algorithm>

#include "millrace/record/json.h"
#include "millrace/surrealql/json_reader.h"
#include "record/random_value.h"
#include "surrealql/literal.h"
#include "surrealql/random_datum.h"

namespace millrace::surrealql::test {
namespace {

std::string json(const Datum& datum) {
  std::string text;
  append_json(text, datum);
  return text;
}

// Members in the order of their keys, at every depth.
Value sorted(const Value& value) {
  if (const auto* array = value.get_if<Array>()) {
    Array out;
    for (const Value& element : *array) out.push_back(sorted(element));
    return out;
  }
  if (const auto* object = value.get_if<Object>()) {
    Object out;
    for (const Member& member : *object) out.push_back({member.key, sorted(member.value)});
    std::ranges::sort(out, {}, &Member::key);
    return out;
  }
  return value;
}

TEST(Read, slots) {
  Evaluation evaluation;
  const auto text = [&](const Slot& slot) { return sql(read(slot, evaluation)); };
  EXPECT_EQ(text({SlotKind::missing}), "NONE");
  EXPECT_EQ(text({SlotKind::null_value}), "NULL");
  EXPECT_EQ(text({SlotKind::true_value}), "true");
  EXPECT_EQ(text({SlotKind::false_value}), "false");
  EXPECT_EQ(text({SlotKind::integer, false, "-0"}), "0");
  EXPECT_EQ(text({SlotKind::integer, false, "9223372036854775807"}), "9223372036854775807");
  EXPECT_EQ(text({SlotKind::integer, false, "9223372036854775808"}), "9223372036854775808dec");
  EXPECT_EQ(text({SlotKind::integer, false, "-9223372036854775809"}), "-9223372036854775809dec");
  EXPECT_EQ(text({SlotKind::integer, false, "79228162514264337593543950336"}), "79228162514264340000000000000f");
  EXPECT_EQ(text({SlotKind::real, false, "1.50"}), "1.5f");
  EXPECT_EQ(text({SlotKind::real, false, "1e400"}), "Infinity");
  EXPECT_EQ(text({SlotKind::real, false, "-1e-400"}), "-0f");
  EXPECT_EQ(text({SlotKind::string, true, R"(\"\\\/\b\f\n\r\té\ud83e\udd80)"}), R"('"\\/\u{8}\f\n\r\té🦀')");
  EXPECT_EQ(text({SlotKind::array, false, "[1, [2]]"}), "[1, [2]]");
  EXPECT_EQ(text({SlotKind::object, false, R"({"b":1,"a":{}})"}), "{ a: {  }, b: 1 }");
}

TEST(Read, plain_strings_are_borrowed) {
  Evaluation evaluation;
  const std::string_view input = "text";
  EXPECT_EQ(read({SlotKind::string, false, input}, evaluation).string().data(), input.data());
  EXPECT_EQ(read({SlotKind::array, false, "[1]"}, evaluation).string(), "[1]");
  const Datum array = open(Datum::of_array_text(R"(["ab"])"), evaluation);
  EXPECT_EQ(array.elements()[0].string(), "ab");
  const std::size_t used = evaluation.arena.bytes_used();
  EXPECT_EQ(open(array, evaluation).elements().data(), array.elements().data());  // is open already
  EXPECT_EQ(evaluation.arena.bytes_used(), used);
}

TEST(Open, sorts_members_and_keeps_the_last_of_equal_keys) {
  Evaluation evaluation;
  EXPECT_EQ(sql(open(Datum::of_object_text(R"({"b":1,"a":2,"b":3,"b":4})"), evaluation)), "{ a: 2, b: 4 }");
  std::string many = "{";
  for (int i = 0; i < 200; ++i) many += "\"k" + std::to_string(i * 7 % 100) + "\":" + std::to_string(i) + ",";
  many.back() = '}';
  const Datum object = open(Datum::of_object_text(many), evaluation);
  ASSERT_EQ(object.members().size(), 100U);
  for (const DatumMember& member : object.members()) {
    EXPECT_GE(member.value.integer(), 100);
    EXPECT_EQ(member.key, "k" + std::to_string(member.value.integer() * 7 % 100));
  }
}

TEST(Open, goes_all_the_way_down) {
  Evaluation evaluation;
  const Datum inner[] = {Datum::of_integer(1), Datum::of_object_text(R"({"x":[1]})")};
  const Datum opened = open(Datum::of_array(inner), evaluation);
  EXPECT_FALSE(opened.elements()[1].is_text());
  const DatumRange range{.from = Datum::of_array_text("[1]"), .to = Datum::of_array_text("[2]"), .has_from = true, .has_to = true};
  EXPECT_TRUE(contains(open(Datum::of_range(&range), evaluation), open(Datum::of_array_text("[1, 5]"), evaluation)));
  EXPECT_EQ(sql(open(Datum::of_integer(1), evaluation)), "1");
}

TEST(Open, and_written_again_is_the_same_json) {
  Random random;
  for (int i = 0; i < 500; ++i) {
    const Value value = millrace::test::random_json_object(random);
    const std::string text = millrace::test::loosely_written(random, value);
    const std::string_view trimmed = std::string_view(text).substr(text.find('{'));
    Evaluation evaluation;
    const Datum datum = open(Datum::of_object_text(trimmed), evaluation);
    const std::string expected = to_json(sorted(parse_validated_json(trimmed)));
    ASSERT_EQ(json(datum), expected);
    ASSERT_EQ(json(to_datum(value, evaluation.arena)), expected);
    ASSERT_TRUE(compare(datum, to_datum(value, evaluation.arena)) == 0);
    ASSERT_EQ(sorted(to_value(datum)), sorted(value));
  }
}

TEST(Json, of_each_type) {
  Arena arena;
  const auto text = [&](const char* sql_text) { return json(literal(sql_text, arena)); };
  EXPECT_EQ(text("NONE"), "null");
  EXPECT_EQ(text("[NONE, NULL, true]"), "[null,null,true]");
  EXPECT_EQ(text("{a: NONE, b: NULL, c: {d: NONE}}"), R"({"b":null,"c":{}})");
  EXPECT_EQ(text("1f"), "1.0");
  EXPECT_EQ(text("-0f"), "-0.0");
  EXPECT_EQ(text("0.1f"), "0.1");
  EXPECT_EQ(text("1e300f"), "1e+300");
  EXPECT_EQ(text("NaN"), "null");
  EXPECT_EQ(text("-Infinity"), "null");
  EXPECT_EQ(text("1.5dec"), R"("1.5")");
  EXPECT_EQ(text("'a\"\\n'"), R"("a\"\n")");
  EXPECT_EQ(text("1h30m"), R"("1h30m")");
  EXPECT_EQ(text("d'2020-01-01T00:00:00.25Z'"), R"("2020-01-01T00:00:00.250Z")");
  EXPECT_EQ(text("u'018F0b6e-0000-7000-8000-00000000000a'"), R"("018f0b6e-0000-7000-8000-00000000000a")");
  EXPECT_EQ(text("b\"6162\""), R"("YWI=")");
  EXPECT_EQ(text("a:`x y`"), R"("a:`x y`")");
  EXPECT_EQ(text("1..=2"), R"("1..=2")");
  EXPECT_EQ(text("/a\"b/"), R"("/a\"b/")");
  EXPECT_EQ(json(Datum::of_array_text("[1,\r\n2.50]")), "[1,  2.50]");  // one line, else as it was
}

TEST(Json, of_random_values_is_json) {
  Random random;
  for (int i = 0; i < 2'000; ++i) {
    Arena arena;
    const std::string text = json(random_datum(random, arena));
    ASSERT_TRUE(parse_json(text)) << text;
  }
}

TEST(ToValue, and_back_is_the_same) {
  Random random;
  for (int i = 0; i < 2'000; ++i) {
    Arena arena;
    const Datum datum = random_datum(random, arena);
    const std::string text = sql(datum);
    if (text.contains('/') || datum.is(Type::datetime)) continue;  // a regex becomes text; so does a far datetime
    const Datum back = to_datum(to_value(datum), arena);
    if (text.contains("d'")) continue;
    EXPECT_TRUE(compare(back, datum) == 0) << text << " and " << sql(back);
  }
  Arena arena;
  for (const char* const text : {"d'2020-01-01T00:00:00.000000001Z'", "d'1969-12-31T23:59:59.5Z'", "d'1700-01-01T00:00:00Z'", "1>..=[2]", "a:b"}) {
    EXPECT_EQ(sql(to_datum(to_value(literal(text, arena)), arena)), sql(literal(text, arena)));
  }
  EXPECT_EQ(to_value(literal("d'+010000-01-01T00:00:00Z'", arena)).text(), "+10000-01-01T00:00:00Z");
}

}  // namespace
}  // namespace millrace::surrealql::test
