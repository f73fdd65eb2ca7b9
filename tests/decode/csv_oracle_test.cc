// SPDX-License-Identifier: Apache-2.0
//
// CSV against libcsv: the same cells out of the same text, wherever both accept it.
#include <csv.h>
#include <gmock/gmock.h>

#include "decode/decode_all.h"
#include "millrace/record/json.h"
#include "support/random.h"

namespace millrace::decode {
namespace {

using Row = std::vector<std::string>;

// libcsv leaves spaces alone here, as RFC 4180 does, and refuses quotes out of place.
std::optional<std::vector<Row>> read_by_libcsv(const std::string& text) {
  struct State {
    std::vector<Row> rows;
    Row row;
  } state;
  csv_parser parser{};
  csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
  csv_set_space_func(&parser, [](unsigned char) { return 0; });
  const auto on_cell = [](void* cell, std::size_t size, void* self) {
    static_cast<State*>(self)->row.emplace_back(static_cast<const char*>(cell), size);
  };
  const auto on_row = [](int, void* self) {
    State& at = *static_cast<State*>(self);
    at.rows.push_back(std::exchange(at.row, {}));
  };
  const bool read = csv_parse(&parser, text.data(), text.size(), on_cell, on_row, &state) == text.size() &&
                    csv_fini(&parser, on_cell, on_row, &state) == 0;
  csv_free(&parser);
  return read ? std::optional(state.rows) : std::nullopt;
}

// Our rows, of a header of `columns` names.
std::optional<std::vector<Row>> read_by_us(const std::string& text, std::size_t columns) {
  std::string input;
  for (std::size_t i = 0; i < columns; ++i) input += (i == 0 ? "c" : ",c") + std::to_string(i);
  input += '\n' + text;
  std::vector<Row> rows;
  for (const Decoded& one : decode_all(Format::csv, input, {.chunk_bytes = 64})) {
    if (one.code) return std::nullopt;
    Row& row = rows.emplace_back();
    for (const auto& [key, value] : one.fields) row.push_back(decode_json_string(value));
  }
  return rows;
}

std::string random_cell(test::Random& random) {
  std::string cell;
  for (std::size_t size = random.below(6); size != 0; --size) cell += random.any_of("ab ,\"\n\r;'\t0");
  return cell;
}

std::string quote(const std::string& cell) {
  std::string quoted = "\"";
  for (const char byte : cell) quoted += byte == '"' ? "\"\"" : std::string(1, byte);
  return quoted + '"';
}

TEST(CsvOracleTest, well_formed_rows_give_the_same_cells_as_libcsv) {
  test::Random random;
  for (std::size_t round = 0; round < 3000; ++round) {
    const std::size_t columns = 2 + random.below(4);
    const std::string line_end = std::array{"\n", "\r\n", "\r"}[random.below(3)];
    std::vector<Row> rows(random.below(6), Row(columns));
    std::string text;
    for (Row& row : rows) {
      for (std::size_t i = 0; i < columns; ++i) {
        row[i] = random_cell(random);
        const bool needs_quotes = row[i].find_first_of(",\"\r\n") != std::string::npos;
        text += (i == 0 ? "" : ",") + (needs_quotes || random.one_in(3) ? quote(row[i]) : row[i]);
      }
      text += line_end;
    }
    if (random.one_in(4) && text.ends_with(line_end)) text.resize(text.size() - line_end.size());
    ASSERT_EQ(read_by_us(text, columns), rows) << text;
    ASSERT_EQ(read_by_libcsv(text), rows) << text;
  }
}

TEST(CsvOracleTest, any_text_that_libcsv_accepts_gives_the_same_cells) {
  test::Random random;
  std::size_t accepted = 0;
  for (std::size_t round = 0; round < 100'000; ++round) {
    std::string text;
    for (std::size_t size = random.below(14); size != 0; --size) text += random.any_of("ab,,\"\"\n\r");
    const std::optional<std::vector<Row>> expected = read_by_libcsv(text);
    if (!expected) continue;  // refused for quotes inside an unquoted cell too, where we are lenient
    const std::size_t columns = expected->empty() ? 1 : expected->front().size();
    const bool even = std::ranges::all_of(*expected, [&](const Row& row) { return row.size() == columns; });
    if (!even) continue;
    ++accepted;
    ASSERT_EQ(read_by_us(text, columns), expected) << text;
  }
  EXPECT_GT(accepted, 1000u);
}

}  // namespace
}  // namespace millrace::decode
