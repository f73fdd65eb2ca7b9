// SPDX-License-Identifier: Apache-2.0
#include "millrace/record/json_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "random_value.h"
#include "support/padded_text.h"

namespace millrace {
namespace {

using test::PaddedText;
using test::Random;

// Where the scan ended, or the fault in words: "4: expected ':' after a key".
std::string scan(std::string_view text, std::string_view behind = " ") {
  const PaddedText padded(text, behind);
  JsonScanner scanner;
  RecordView record;
  const auto end = scanner.scan_record(padded.view(), record);
  return end ? std::to_string(*end) : std::to_string(end.error().at) + ": " + end.error().what;
}

std::string scan_value(std::string_view text, std::string_view behind = " ") {
  const PaddedText padded(text, behind);
  JsonScanner scanner;
  const auto end = scanner.scan_value(padded.view());
  return end ? std::to_string(*end) : std::to_string(end.error().at) + ": " + end.error().what;
}

std::string rewritten(std::string_view text) {
  const PaddedText padded(text);
  JsonScanner scanner;
  RecordView record;
  const auto end = scanner.scan_record(padded.view(), record);
  EXPECT_EQ(end, text.size()) << text;
  return std::string(record.text);
}

TEST(JsonScanner, finds_the_fields_of_a_record) {
  const PaddedText padded(
      R"( {"n":null,"f":false,"t" : true,"i":-12,"r":1.5e3,"s":"tést","e":"a\nb","a":[1,[2]],"o":{"x":{}}} tail)");
  const std::string_view text = padded.view().substr(1);
  JsonScanner scanner;
  RecordView record;
  ASSERT_EQ(scanner.scan_record(text, record), text.size() - 5);
  EXPECT_EQ(record.text, text.substr(0, text.size() - 5));
  ASSERT_EQ(record.fields.size(), 9u);
  const auto expect = [&](std::size_t at, std::string_view key, std::string_view value, JsonKind kind,
                          bool escaped = false) {
    const FieldView& field = record.fields[at];
    EXPECT_EQ(field.key, key);
    EXPECT_EQ(field.value, value);
    EXPECT_EQ(field.kind, kind) << key;
    EXPECT_EQ(field.escaped, escaped) << key;
    EXPECT_GE(field.value.data(), text.data());  // nothing is copied
    EXPECT_LT(field.value.data(), text.data() + text.size());
  };
  expect(0, "n", "null", JsonKind::null_value);
  expect(1, "f", "false", JsonKind::false_value);
  expect(2, "t", "true", JsonKind::true_value);
  expect(3, "i", "-12", JsonKind::integer);
  expect(4, "r", "1.5e3", JsonKind::real);
  expect(5, "s", "\"tést\"", JsonKind::string);
  expect(6, "e", R"("a\nb")", JsonKind::string, true);
  expect(7, "a", "[1,[2]]", JsonKind::array);
  expect(8, "o", R"({"x":{}})", JsonKind::object);
  EXPECT_EQ(record.find("s"), &record.fields[5]);
  EXPECT_EQ(record.find("x"), nullptr);
}

TEST(JsonScanner, forgets_the_record_before) {
  const PaddedText first(R"({"a":1,"b":2})");
  const PaddedText second("{}");
  JsonScanner scanner;
  RecordView record;
  ASSERT_TRUE(scanner.scan_record(first.view(), record));
  ASSERT_EQ(scanner.scan_record(second.view(), record), 2u);
  EXPECT_TRUE(record.fields.empty());
  EXPECT_EQ(record.text, "{}");
}

TEST(JsonScanner, passes_over_white_space_between_tokens) {
  EXPECT_EQ(scan("{ \t\r\n}"), "6");
  EXPECT_EQ(scan("{\n\"a\" \t: [ 1 ,\r2 ] , \"b\":{ } }"), "30");
  EXPECT_EQ(scan("{\"a\":1\f}"), "6: expected ',' or '}'");
  EXPECT_EQ(scan("{\"a\":1\xc2\xa0}"), "6: expected ',' or '}'");
}

TEST(JsonScanner, leaves_what_follows_to_the_caller) {
  EXPECT_EQ(scan("{}{}"), "2");
  EXPECT_EQ(scan("{\"a\":1}]"), "7");
  EXPECT_EQ(scan_value("1,2"), "1");
  EXPECT_EQ(scan_value("\"a\"b"), "3");
}

TEST(JsonScanner, says_what_a_record_is_that_is_no_object) {
  EXPECT_EQ(scan("[1]"), "0: the record is an array, not an object");
  EXPECT_EQ(scan("\"a\""), "0: the record is a text, not an object");
  EXPECT_EQ(scan("true"), "0: the record is a bool, not an object");
  EXPECT_EQ(scan("false"), "0: the record is a bool, not an object");
  EXPECT_EQ(scan("null"), "0: the record is null, not an object");
  EXPECT_EQ(scan("-1.5"), "0: the record is a number, not an object");
  EXPECT_EQ(scan("[1"), "2: expected ',' or ']'");
  EXPECT_EQ(scan(""), "0: expected a value");
  EXPECT_EQ(scan("hello"), "0: expected a value");
}

TEST(JsonScanner, refuses_a_broken_structure_and_says_where) {
  EXPECT_EQ(scan("{"), "1: expected a key in double quotes");
  EXPECT_EQ(scan("{,}"), "1: expected a key in double quotes");
  EXPECT_EQ(scan("{'a':1}"), "1: expected a key in double quotes");
  EXPECT_EQ(scan("{a:1}"), "1: expected a key in double quotes");
  EXPECT_EQ(scan("{1:1}"), "1: expected a key in double quotes");
  EXPECT_EQ(scan("{\"a\""), "4: expected ':' after a key");
  EXPECT_EQ(scan("{\"a\" 1}"), "5: expected ':' after a key");
  EXPECT_EQ(scan("{\"a\",1}"), "4: expected ':' after a key");
  EXPECT_EQ(scan("{\"a\":}"), "5: expected a value");
  EXPECT_EQ(scan("{\"a\":"), "5: expected a value");
  EXPECT_EQ(scan("{\"a\"::1}"), "5: expected a value");
  EXPECT_EQ(scan("{\"a\":1"), "6: expected ',' or '}'");
  EXPECT_EQ(scan("{\"a\":1]"), "6: expected ',' or '}'");
  EXPECT_EQ(scan("{\"a\":1 \"b\":2}"), "7: expected ',' or '}'");
  EXPECT_EQ(scan("{\"a\":1,}"), "7: expected a key in double quotes");
  EXPECT_EQ(scan("{\"a\":1,,\"b\":2}"), "7: expected a key in double quotes");
  EXPECT_EQ(scan("{\"a\":[1,2,}"), "10: expected a value");
  EXPECT_EQ(scan("{\"a\":[1,2,]}"), "10: expected a value");
  EXPECT_EQ(scan("{\"a\":[,1]}"), "6: expected a value");
  EXPECT_EQ(scan("{\"a\":[1 2]}"), "8: expected ',' or ']'");
  EXPECT_EQ(scan("{\"a\":[1}}"), "7: expected ',' or ']'");
  EXPECT_EQ(scan("{\"a\":{\"b\"}}"), "9: expected ':' after a key");
  EXPECT_EQ(scan("{\"a\":{\"b\":1]}"), "11: expected ',' or '}'");
  EXPECT_EQ(scan("{\"a\":{1}}"), "6: expected a key in double quotes");
  EXPECT_EQ(scan("{\"a\":/**/1}"), "5: expected a value");
}

TEST(JsonScanner, refuses_misspelt_literals) {
  for (const char* text :
       {"tru", "truE", "True", "fals", "nul", "NULL", "nil", "NaN", "Infinity", "-Infinity", "undefined"}) {
    EXPECT_NE(scan_value(text).find(": "), std::string::npos) << text;
  }
  EXPECT_EQ(scan("{\"a\":tru}"), "5: expected a value");
  EXPECT_EQ(scan("{\"a\":truex}"), "9: expected ',' or '}'");
}

TEST(JsonScanner, takes_every_form_of_number) {
  for (const std::string text : {"0", "-0", "7", "-12", "1234567890123456789012345678901234567890", "0.5", "-0.0", "12.25",
                                 "1e5", "1E5", "1e+5", "1e-5", "0e0", "1.5e400", "1.0E-999"}) {
    EXPECT_EQ(scan_value(text), std::to_string(text.size())) << text;
  }
}

TEST(JsonScanner, refuses_numbers_that_json_does_not_have) {
  EXPECT_EQ(scan_value("01"), "0: a number begins with a needless zero");
  EXPECT_EQ(scan_value("-01"), "0: a number begins with a needless zero");
  EXPECT_EQ(scan_value("00"), "0: a number begins with a needless zero");
  EXPECT_EQ(scan_value("-"), "0: a minus sign needs a digit behind it");
  EXPECT_EQ(scan_value("-a"), "0: a minus sign needs a digit behind it");
  EXPECT_EQ(scan_value("--1"), "0: a minus sign needs a digit behind it");
  EXPECT_EQ(scan_value("1."), "0: a decimal point needs a digit behind it");
  EXPECT_EQ(scan_value("1.e5"), "0: a decimal point needs a digit behind it");
  EXPECT_EQ(scan_value("1e"), "0: an exponent needs a digit");
  EXPECT_EQ(scan_value("1e+"), "0: an exponent needs a digit");
  EXPECT_EQ(scan_value("1.5E-"), "0: an exponent needs a digit");
  EXPECT_EQ(scan_value("+1"), "0: expected a value");
  EXPECT_EQ(scan_value(".5"), "0: expected a value");
  EXPECT_EQ(scan("{\"a\":0x10}"), "6: expected ',' or '}'");
  EXPECT_EQ(scan("{\"a\":1_000}"), "6: expected ',' or '}'");
}

TEST(JsonScanner, takes_every_escape) {
  EXPECT_EQ(scan_value(R"("\"\\\/\b\f\n\r\t")"), "18");
  EXPECT_EQ(scan_value(R"("\u0000\uFFFF\uaBcD")"), "20");
  EXPECT_EQ(scan_value(R"("\ud83e\udd80")"), "14");
  EXPECT_EQ(scan_value(R"("\uDBFF\uDFFF")"), "14");
}

TEST(JsonScanner, refuses_broken_escapes) {
  EXPECT_EQ(scan_value(R"("ab\x41")"), "3: there is no such escape in JSON");
  EXPECT_EQ(scan_value(R"("\'")"), "1: there is no such escape in JSON");
  EXPECT_EQ(scan_value(std::string_view("\"\\\0\"", 4)), "1: there is no such escape in JSON");
  EXPECT_EQ(scan_value(R"("\u12g4")"), "1: a \\u escape needs four hexadecimal digits");
  EXPECT_EQ(scan_value(R"("\u 123")"), "1: a \\u escape needs four hexadecimal digits");
  EXPECT_EQ(scan_value(R"("\u123)"), "1: a \\u escape is cut short");
  EXPECT_EQ(scan_value("\"\\"), "1: an escape is cut short");
  EXPECT_EQ(scan_value(R"("\")"), "3: a string is not closed");
}

TEST(JsonScanner, refuses_lone_surrogates) {
  EXPECT_EQ(scan_value(R"("\ud800")"), "1: a high surrogate stands alone");
  EXPECT_EQ(scan_value(R"("\ud800x")"), "1: a high surrogate stands alone");
  EXPECT_EQ(scan_value(R"("\ud800\n")"), "1: a high surrogate stands alone");
  EXPECT_EQ(scan_value(R"("\ud800\u0041")"), "1: a high surrogate stands alone");
  EXPECT_EQ(scan_value(R"("\ud800\ud800")"), "1: a high surrogate stands alone");
  EXPECT_EQ(scan_value(R"("\udc00")"), "1: a low surrogate stands alone");
  EXPECT_EQ(scan_value(R"("\udd80\ud83e")"), "1: a low surrogate stands alone");
}

TEST(JsonScanner, reads_strings_of_every_length_at_every_alignment) {
  JsonScanner scanner;
  for (std::size_t alignment = 0; alignment < 16; ++alignment) {
    for (std::size_t length = 0; length <= 70; ++length) {
      const PaddedText padded(std::string(alignment, ' ') + '"' + std::string(length, 'x') + '"', "\"");
      const std::string_view text = padded.view().substr(alignment);
      ASSERT_EQ(scanner.scan_value(text), length + 2) << alignment;
      // Without its last quote it is open, although quotes stand in the padding.
      const auto open = scanner.scan_value(text.substr(0, length + 1));
      ASSERT_FALSE(open) << alignment << ' ' << length;
      ASSERT_EQ(open.error().at, length + 1);
      ASSERT_EQ(open.error().what, "a string is not closed");
    }
  }
}

TEST(JsonScanner, finds_what_is_special_at_every_position_of_a_string) {
  JsonScanner scanner;
  for (std::size_t length = 1; length <= 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string text = '"' + std::string(length, '\x7f') + '"';
      for (const char control : {'\0', '\n', '\x1f'}) {
        text[at + 1] = control;
        const auto end = scanner.scan_value(PaddedText(text).view());
        ASSERT_FALSE(end);
        ASSERT_EQ(end.error().at, at + 1);
        ASSERT_EQ(end.error().what, "a control character in a string must be escaped");
      }
      text[at + 1] = '"';
      ASSERT_EQ(scanner.scan_value(PaddedText(text).view()), at + 2);
      text.replace(at + 1, 1, "\\u00e9");
      ASSERT_EQ(scanner.scan_value(PaddedText(text).view()), text.size());
    }
  }
}

TEST(JsonScanner, never_reads_the_bytes_behind_the_text_into_its_result) {
  const std::string whole = R"({"key":["\u00e9\ud83e\udd80",-1.5e+3,true,null],"key2":{"a":"b"}})";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string_view text = std::string_view(whole).substr(0, size);
    const std::string alone = scan(text, std::string_view("\0", 1));
    EXPECT_EQ(alone == std::to_string(whole.size()), size == whole.size()) << text;
    for (const std::string_view behind : {"\"", "}", "]", "0", "e5", "\\", "u0041\"}", "rue}", ":1}", "{", " "}) {
      EXPECT_EQ(scan(text, behind), alone) << text << " with behind it " << behind;
    }
    EXPECT_EQ(scan(text, whole.substr(size) + "}"), alone) << text;
  }
  EXPECT_EQ(scan_value("12", "3"), "2");
  EXPECT_EQ(scan_value("1", ".5"), "1");
}

TEST(JsonScanner, takes_1000_levels_and_refuses_1001) {
  const auto nested = [](std::size_t levels, std::string_view open, std::string_view close) {
    std::string text;
    for (std::size_t i = 1; i < levels; ++i) text += open;
    text += "[]";
    for (std::size_t i = 1; i < levels; ++i) text += close;
    return text;
  };
  for (const auto& [open, close] : {std::pair{"[", "]"}, {"{\"a\":", "}"}}) {
    const std::string deep = nested(1000, open, close);
    EXPECT_EQ(scan_value(deep), std::to_string(deep.size()));
    EXPECT_THAT(scan_value(nested(1001, open, close)), ::testing::EndsWith(": nested deeper than 1000 levels"));
    const std::string record = "{\"r\":" + nested(999, open, close) + "}";
    EXPECT_EQ(scan(record), std::to_string(record.size()));
    EXPECT_THAT(scan("{\"r\":" + deep + "}"), ::testing::EndsWith(": nested deeper than 1000 levels"));
  }
}

TEST(JsonScanner, takes_65536_fields_and_refuses_one_more) {
  std::string record = "{";
  for (std::size_t i = 0; i < JsonScanner::fields_max; ++i) record += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  EXPECT_EQ(scan(record + "}"), std::to_string(record.size() + 1));
  EXPECT_EQ(scan(record + ",\"x\":0}"), std::to_string(record.size() + 1) + ": the record has more than 65536 fields");
}

TEST(JsonScanner, keeps_a_record_without_repeats_as_it_is) {
  const std::string_view plain = R"({ "a" : 1, "b":{"a":[{"a":1},{"a":2}]}, "":0 })";
  EXPECT_EQ(rewritten(plain), plain);
}

TEST(JsonScanner, lets_the_last_of_duplicate_keys_win_in_the_place_of_the_first) {
  EXPECT_EQ(rewritten(R"({"a":1,"b":2,"a":3})"), R"({"a":3,"b":2})");
  EXPECT_EQ(rewritten(R"({"a":[1],"a":{"x":[2]},"a":"last"})"), R"({"a":"last"})");
  EXPECT_EQ(rewritten(R"({ "" : 1 , "" : 2 })"), R"({"":2})");
}

TEST(JsonScanner, finds_duplicate_keys_at_every_depth) {
  EXPECT_EQ(rewritten(R"({"o":{"a":1,"a":2}})"), R"({"o":{"a":2}})");
  EXPECT_EQ(rewritten(R"({"l":[0,{"o":{"a":1,"b":"}","a":{"c":1,"c":2}}}, []]})"),
            R"({"l":[0,{"o":{"a":{"c":2},"b":"}"}},[]]})");
  std::string deep = R"({"a":1,"a":2})";
  std::string expected = R"({"a":2})";
  for (int i = 0; i < 900; ++i) {
    deep = (i % 2 == 0 ? "{\"k\":" : "[") + deep + (i % 2 == 0 ? "}" : "]");
    expected = (i % 2 == 0 ? "{\"k\":" : "[") + expected + (i % 2 == 0 ? "}" : "]");
  }
  EXPECT_EQ(rewritten("{\"r\":" + deep + "}"), "{\"r\":" + expected + "}");
}

TEST(JsonScanner, compares_escaped_keys_decoded_and_shows_them_so) {
  EXPECT_EQ(rewritten(R"({"\u0061":1,"a":2})"), R"({"\u0061":2})");
  EXPECT_EQ(rewritten(R"({"o":{"\u00e9":1,"é":2}})"), R"({"o":{"\u00e9":2}})");
  const PaddedText padded(R"({"\u0061\n":1,"b":"\u0062","a long key that no small string holds \ud83e\udd80":2})");
  JsonScanner scanner;
  RecordView record;
  ASSERT_TRUE(scanner.scan_record(padded.view(), record));
  ASSERT_EQ(record.fields.size(), 3u);
  EXPECT_EQ(record.fields[0].key, "a\n");
  EXPECT_EQ(record.fields[1].key, "b");
  EXPECT_EQ(record.fields[1].value, R"("\u0062")");
  EXPECT_EQ(record.fields[2].key, "a long key that no small string holds 🦀");
}

TEST(JsonScanner, tells_keys_of_every_length_apart) {
  for (std::size_t length = 0; length <= 40; ++length) {
    const std::string key(length, 'k');
    EXPECT_EQ(rewritten("{\"" + key + "\":1,\"x\":0,\"" + key + "\":2}"), "{\"" + key + "\":2,\"x\":0}");
    for (std::size_t at = 0; at < length; ++at) {
      std::string other = key;
      other[at] = 'j';
      const std::string record = "{\"" + key + "\":1,\"" + other + "\":2}";
      EXPECT_EQ(rewritten(record), record);
    }
  }
}

TEST(JsonScanner, finds_a_duplicate_among_many_keys) {
  for (const int count : {63, 64, 65, 66, 200}) {
    std::string fields;
    for (int i = 0; i < count; ++i) fields += ",\"key" + std::to_string(i) + "\":" + std::to_string(i);
    const std::string plain = "{" + fields.substr(1) + "}";
    EXPECT_EQ(rewritten(plain), plain) << count;
    EXPECT_EQ(
        rewritten("{\"key7\":0" + fields + "}"), "{\"key7\":7" +
                                                     [&] {
                                                       std::string rest = fields;
                                                       rest.erase(rest.find(",\"key7\":7,"), 9);
                                                       return rest;
                                                     }() +
                                                     "}")
        << count;
    EXPECT_EQ(rewritten("{\"o\":{\"a\":1" + fields + ",\"a\":2}}"), "{\"o\":{\"a\":2" + fields + "}}") << count;
  }
}

TEST(JsonScanner, rewrites_a_hostile_record_in_time_that_grows_with_its_size) {
  // Each level used to walk over all that is below it: 1,000 times a megabyte.
  std::string record =
      "{\"\\u0061\":" + std::string(990, '[') + '"' + std::string(1 << 20, 'x') + '"' + std::string(990, ']') + "}";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(rewritten(record), record);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

// The text once more, with a few characters put in, left out or changed.
std::string mutated(Random& random, std::string text) {
  for (std::size_t i = random.below(4); i > 0 && !text.empty(); --i) {
    const std::size_t at = random.below(text.size());
    const char c = random.any_of("{}[]\",:\\u0123456789eE+-. \ttrufalsn\x01");
    switch (random.below(3)) {
      case 0: text[at] = c; break;
      case 1: text.insert(at, 1, c); break;
      default: text.erase(at, 1);
    }
  }
  return text;
}

TEST(JsonScanner, agrees_with_simdjson_on_what_is_json) {
  Random random;
  simdjson::dom::parser oracle;
  int accepted = 0;
  constexpr int rounds = 20'000;
  for (int i = 0; i < rounds; ++i) {
    const std::string text = mutated(random, test::loosely_written(random, test::random_json_object(random)));
    if (!simdjson::validate_utf8(text) || text.find_first_not_of(" \t\r\n") == std::string::npos) continue;
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    const PaddedText padded(std::string_view(text).substr(begin));
    JsonScanner scanner;
    const auto end = scanner.scan_value(padded.view());
    const bool is_json = end && padded.view().find_first_not_of(" \t\r\n", *end) == std::string_view::npos;
    const auto verdict = oracle.parse(text).error();
    // A number outside its range is JSON all the same; the DOM has no room for it.
    if (is_json && verdict == simdjson::NUMBER_ERROR) continue;
    ASSERT_EQ(is_json, verdict == simdjson::SUCCESS) << text << "\n" << verdict << "\n" << (end ? "" : end.error().what);
    accepted += is_json;
  }
  EXPECT_GT(accepted, rounds / 10);  // both verdicts were seen often
  EXPECT_LT(accepted, rounds - rounds / 10);
}

}  // namespace
}  // namespace millrace
