// SPDX-License-Identifier: Apache-2.0
//
// What is JSON and what is not: our verdict against simdjson's DOM and Node's JSON.parse, on a table of malformations
// and on thousands of records with a few bytes changed.
#include <gmock/gmock.h>
#include <simdjson.h>

#include <cstdio>
#include <map>

#include "decode/decode_all.h"
#include "decode/json_samples.h"
#include "millrace/base/file.h"
#include "millrace/decode/json_element.h"
#include "millrace/decode/utf8.h"
#include "millrace/record/json.h"
#include "millrace/record/json_scanner.h"
#include "support/padded_text.h"
#include "support/random.h"

namespace millrace::decode {
namespace {

// `text` is one JSON value with white space around it.
bool scanner_accepts(std::string_view text) {
  if (!is_utf8(text)) return false;
  const test::PaddedText padded(trim_json_space(text), "\"]}1");
  JsonScanner scanner;
  const auto end = scanner.scan_value(padded.view());
  return end && *end == padded.view().size();
}

bool decoder_accepts(Format format, std::string_view text) {
  const std::vector<Decoded> all = decode_all(format, text);
  return all.size() == 1 && !all[0].code;
}

simdjson::error_code dom_verdict(const std::string& text) {
  static simdjson::dom::parser parser;
  return parser.parse(simdjson::padded_string(text)).error();
}

std::string node_verdicts(const std::vector<std::string>& texts) {
  const TempFolder folder;
  std::string lines;
  for (const std::string& text : texts) lines += encode_base64(text) + "\n";
  Result<File> file = File::create(folder.file("texts"));
  EXPECT_TRUE(file && file->write_all(lines));
  const std::string script = MILLRACE_SOURCE_FOLDER "/tests/decode/json_verdicts.mjs";
  const std::string command =
      "node '" + script + "' '" + folder.file("texts") + "' > '" + folder.file("verdicts") + "'";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return read_small_file(folder.file("verdicts"), 64 << 20).value_or("");
}

// The known differences, and why each is as it is.
enum class Difference {
  none,
  lone_surrogate,  // Node keeps it, as a JavaScript string may; there is no such text in UTF-8, and DOM and we refuse
                   // it
  number_range,    // DOM wants numbers to fit 64 bits; RFC 8259 sets no limit, so Node and we take it
  depth,           // Node goes as deep as its stack; DOM stops at 1,024 levels, we at 1,000
  disagreement,    // a defect
};

std::size_t depth_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return byte == '[' || byte == '{'; }));
}

bool names_a_surrogate(const std::string& text) {
  for (std::size_t at = text.find("\\u"); at != std::string::npos; at = text.find("\\u", at + 1)) {
    if (at + 3 < text.size() && (text[at + 2] | 0x20) == 'd' &&
        std::string_view("89aAbBcCdDeEfF").contains(text[at + 3])) {
      return true;
    }
  }
  return false;
}

Difference compare(const std::string& text, bool ours, simdjson::error_code dom, bool node) {
  const bool by_dom = dom == simdjson::SUCCESS;
  if (ours == by_dom && ours == node) return Difference::none;
  if (ours != node && depth_of(text) >= 1000 && !ours) return Difference::depth;
  if (ours == node && ours && dom == simdjson::NUMBER_ERROR) return Difference::number_range;
  if (ours == by_dom && !ours && names_a_surrogate(text)) return Difference::lone_surrogate;
  return Difference::disagreement;
}

// Compares all verdicts on all texts; returns how often each known difference was met.
std::map<Difference, std::size_t> compare_all(const std::vector<std::string>& texts) {
  std::map<Difference, std::size_t> met;
  const std::string node = node_verdicts(texts);
  EXPECT_EQ(node.size(), texts.size() + 1);
  if (node.size() != texts.size() + 1) return met;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string& text = texts[i];
    const bool ours = scanner_accepts(text);
    const simdjson::error_code dom = dom_verdict(text);
    const Difference difference = compare(text, ours, dom, node[i] == '1');
    ++met[difference];
    EXPECT_NE(difference, Difference::disagreement) << "ours " << ours << ", DOM " << dom << ", Node " << node[i]
                                                    << ": " << ::testing::PrintToString(text.substr(0, 200));
    if (!text.starts_with('{') || depth_of(text) >= 999) continue;
    EXPECT_EQ(decoder_accepts(Format::json, text), ours) << ::testing::PrintToString(text.substr(0, 200));
    if (text.contains('\n')) continue;
    EXPECT_EQ(decoder_accepts(Format::ndjson, text), ours) << ::testing::PrintToString(text.substr(0, 200));
  }
  return met;
}

TEST(JsonConformanceTest, agrees_with_dom_and_node_on_every_kind_of_malformation) {
  std::vector<std::string> texts;
  for (const std::string& sample : json_samples()) {
    texts.push_back(sample);
    texts.push_back("{\"value\":" + sample + "}");
    texts.push_back("{\"before\":[true,\"x\"],\"value\" : " + sample + " , \"after\":{\"b\":null}}");
    texts.push_back("{\"a\":{\"b\":[" + sample + "]}}");
    texts.push_back("[" + sample + ",1]");
  }
  EXPECT_GT(texts.size(), 5000u);
  std::map<Difference, std::size_t> met = compare_all(texts);
  EXPECT_GT(met[Difference::none], texts.size() * 9 / 10);
  EXPECT_GT(met[Difference::lone_surrogate], 0u);
  EXPECT_GT(met[Difference::number_range], 0u);
  EXPECT_GT(met[Difference::depth], 0u);
}

// The element form of the same: each sample in an array, and the records around it stay good.
TEST(JsonConformanceTest, a_malformed_value_in_an_array_leaves_the_record_before_it_good) {
  for (const std::string& sample : json_samples()) {
    const std::vector<Decoded> all =
        decode_all(Format::json, "[{\"first\":1},{\"value\":" + sample + "},{\"last\":1}]");
    ASSERT_GE(all.size(), 2u) << sample;
    EXPECT_EQ(all[0].record, "{\"first\":1}");
    const bool accepted = all.size() == 3 && !all[1].code && !all[2].code;
    const bool valid = scanner_accepts("{\"value\":" + sample + "}") && depth_of(sample) < 998;
    EXPECT_TRUE(accepted || !valid) << ::testing::PrintToString(sample);
    EXPECT_TRUE(!accepted || valid || sample.contains("}")) << ::testing::PrintToString(sample);
  }
}

// A change that leaves most of the text as it is, so that what is wrong is deep inside.
void mutate(std::string& text, test::Random& random) {
  for (std::size_t changes = 1 + random.below(3); changes != 0 && !text.empty(); --changes) {
    const std::size_t at = random.below(text.size());
    switch (random.below(5)) {
      case 0: text[at] = static_cast<char>(text[at] ^ 1 << random.below(8)); break;
      case 1: text.erase(at, 1 + random.below(3)); break;
      case 2: text.insert(at, 1, random.any_of("{}[]\",:\\u0123456789eE+-. \n\ttfn/dD8")); break;
      case 3: text[at] = random.any_of("{}[]\",:\\u0123456789eE+-. \n\ttfn\x80\xc3\xed\xf4\xff"); break;
      default: text.insert(at, text.substr(random.below(text.size()), random.below(6))); break;
    }
  }
}

TEST(JsonConformanceTest, agrees_with_dom_and_node_on_records_with_changed_bytes) {
  const std::array<std::string, 5> records{
      R"({"id":1,"title":"A title \"quoted\" \\ and \u00e9\ud83d\ude00","content":"é€😀","score":-12.5e-3,"tags":["a","b"]})",
      R"({"a":{"b":[1,2,{"c":null}],"d":{}},"e":true,"f":false,"g":[[],[[]]]})",
      R"({"n":[0,-0,1e5,1.5,123456789012345678,0.1e-7,1E+2],"s":"\b\f\n\r\t\/"})",
      "{ \"white\" : [ 1 ,\t2 , \r 3 ] ,\n \"space\" : { } }",
      R"({"long":"0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz","a":1,"a":2})"};
  test::Random random;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 20'000; ++i) {
    mutate(texts.emplace_back(records[i % records.size()]), random);
  }
  std::map<Difference, std::size_t> met = compare_all(texts);
  EXPECT_GT(met[Difference::none], texts.size() * 9 / 10);
}

TEST(JsonConformanceTest, takes_a_thousand_levels_and_no_more) {
  const auto nested = [](std::size_t levels) {  // the record itself is one
    return "{\"a\":" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  EXPECT_TRUE(decoder_accepts(Format::ndjson, nested(1000)));
  EXPECT_FALSE(decoder_accepts(Format::ndjson, nested(1001)));
  EXPECT_TRUE(decoder_accepts(Format::json, "[" + nested(1000) + "]"));
  EXPECT_FALSE(decoder_accepts(Format::json, "[" + nested(1001) + "]"));
}

}  // namespace
}  // namespace millrace::decode
