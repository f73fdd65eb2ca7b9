// SPDX-License-Identifier: Apache-2.0
//
// Reads a whole text through splitter and RowReader, and compares what it says with what RecordReader says.
#pragma once

#include <cstdint>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "decode/decode_all.h"
#include "decode/loose_json.h"
#include "millrace/decode/row_reader.h"
#include "millrace/record/json.h"
#include "millrace/record/json_scanner.h"
#include "support/padded_text.h"

namespace millrace::decode {

struct SlotCopy {
  SlotKind kind = SlotKind::missing;
  bool escaped = false;
  std::string text;
  std::uint32_t names_left = 0;

  friend bool operator==(const SlotCopy&, const SlotCopy&) = default;
  friend std::ostream& operator<<(std::ostream& out, const SlotCopy& slot) {
    return out << static_cast<int>(slot.kind) << (slot.escaped ? " escaped <" : " <") << slot.text << "> "
               << slot.names_left;
  }
};

// A row, or an error, with nothing borrowed.
struct ReadRow {
  Decoded place;  // its record is RowView::text
  std::vector<SlotCopy> slots;

  friend bool operator==(const ReadRow&, const ReadRow&) = default;
  friend std::ostream& operator<<(std::ostream& out, const ReadRow& row) {
    out << row.place;
    for (const SlotCopy& slot : row.slots) out << ' ' << slot;
    return out;
  }
};

inline std::vector<ReadRow> read_rows(Format format, std::string_view text, const std::vector<FieldPath>& paths,
                                      RowReaderOptions row_options = {}, DecodeOptions options = {}) {
  std::vector<ReadRow> all;
  row_options.automatic_types = options.automatic_types;
  RowReader reader(format, paths, row_options);
  FoundRow found;
  split_all(format, text, options, [&](const Slice& slice) {
    reader.open(slice);
    while (reader.next(found)) {
      ReadRow& row = all.emplace_back(place_of(found));
      row.place.record = found.row.text;
      for (const Slot& slot : found.row.slots) {
        row.slots.push_back({slot.kind, slot.escaped, std::string(slot.text), slot.names_left});
      }
    }
    if (slice.fault) all.push_back({fault_of(slice), {}});
  });
  return all;
}

// The JSON that a slot stands for.
inline std::string json_of(const SlotCopy& slot) {
  return slot.kind == SlotKind::string ? '"' + slot.text + '"' : slot.text;
}

// What the slot of `path` has to hold when the record is this one: the slow way, by a tree.
inline SlotCopy expected_slot(std::string_view record, const FieldPath& path) {
  const auto copy_of = [](std::string_view json, std::uint32_t names_left) {
    SlotCopy slot{.names_left = names_left};
    slot.text = json;
    switch (json.front()) {
      case '{': slot.kind = SlotKind::object; break;
      case '[': slot.kind = SlotKind::array; break;
      case 't': slot.kind = SlotKind::true_value; break;
      case 'f': slot.kind = SlotKind::false_value; break;
      case 'n': slot.kind = SlotKind::null_value; break;
      case '"':
        slot.kind = SlotKind::string;
        slot.text = json.substr(1, json.size() - 2);
        slot.escaped = json.contains('\\');
        break;
      default: slot.kind = json.find_first_of(".eE") == json.npos ? SlotKind::integer : SlotKind::real;
    }
    return slot;
  };
  std::string json(record);
  for (std::size_t depth = 0; depth < path.size(); ++depth) {
    if (json.front() == '[') return copy_of(json, static_cast<std::uint32_t>(path.size() - depth));
    if (json.front() != '{') return {};
    const test::PaddedText padded(json);
    JsonScanner scanner;
    RecordView view;
    scanner.scan_record(padded.view(), view).value();
    const FieldView* const field = view.find(path[depth]);
    if (field == nullptr) return {};
    json = std::string(field->value);
  }
  return copy_of(json, 0);
}

// White space between the tokens of a slot and repeated keys do not matter: then the strict reader writes a record anew.
inline bool is_same_slot(const SlotCopy& one, const SlotCopy& other) {
  const bool nests = one.kind == SlotKind::array || one.kind == SlotKind::object;
  if (!nests || one.kind != other.kind || one.names_left != other.names_left) return one == other;
  return one.text == other.text || parse_validated_json(one.text) == parse_validated_json(other.text);
}

inline bool is_valid(const SlotCopy& slot) {
  if (slot.kind == SlotKind::missing) return slot == SlotCopy{};
  const std::string json = json_of(slot);
  const test::PaddedText padded(json);
  JsonScanner scanner;
  const auto end = scanner.scan_value(padded.view());
  return end && *end == json.size();
}

// How the row that a walk over structure alone has found differs from what the strict reader said of it; empty when it may.
inline std::string difference(const ReadRow& fast, const ReadRow& strict) {
  if (fast.place.line != strict.place.line || fast.place.byte != strict.place.byte) return "another place";
  if (fast.place.code) return fast.place == strict.place ? "" : "refused otherwise";
  if (strict.place.code) {
    if (*strict.place.code != Code::invalid_json || !is_loose_object(strict.place.input)) return "not refused";
    if (strict.place.message.contains("UTF-8") || strict.place.message.contains("control character")) return "not text";
    for (const SlotCopy& slot : fast.slots) {
      if (!is_valid(slot)) return "an invalid value";
    }
    return "";
  }
  if (fast.place.input != strict.place.input || fast.place.record != fast.place.input) return "another record";
  for (std::size_t i = 0; i < fast.slots.size(); ++i) {
    if (!is_same_slot(fast.slots[i], strict.slots[i])) return "another value in slot " + std::to_string(i);
  }
  return fast.slots.size() == strict.slots.size() ? "" : "another number of slots";
}

// What of a text's rows breaks a promise; empty when nothing does.
inline std::string broken_promise(Format format, std::string_view text, const std::vector<FieldPath>& paths,
                                  DecodeOptions options) {
  const auto say = [](std::string_view what, const auto& one, const auto& other) {
    std::ostringstream out;
    out << what << ":\n  " << one << "\n  " << other;
    return out.str();
  };
  const DecodeOptions whole{.record_bytes_max = options.record_bytes_max, .automatic_types = options.automatic_types};
  const std::vector<Decoded> records = decode_all(format, text, whole);
  const std::vector<ReadRow> strict = read_rows(format, text, paths, {.strict = true}, whole);
  if (records.size() != strict.size()) return "strict: another number of records";
  for (std::size_t i = 0; i < records.size(); ++i) {
    Decoded expected = records[i];
    expected.fields.clear();
    if (!(strict[i].place == expected)) return say("strict: another record", strict[i].place, expected);
    for (std::size_t slot = 0; slot < strict[i].slots.size(); ++slot) {
      const SlotCopy expected_copy = expected_slot(expected.record, paths[slot]);
      if (!is_same_slot(strict[i].slots[slot], expected_copy))
        return say("strict: another slot", strict[i].slots[slot], expected_copy);
    }
  }
  const std::vector<ReadRow> fast = read_rows(format, text, paths, {}, whole);
  if (fast.size() != strict.size()) return "another number of rows";
  for (std::size_t i = 0; i < fast.size(); ++i) {
    if (format != Format::ndjson && !(fast[i] == strict[i])) return say("not as strict", fast[i], strict[i]);
    if (format != Format::ndjson) continue;
    const std::string what = difference(fast[i], strict[i]);
    if (!what.empty()) return say(what, fast[i], strict[i]);
  }
  const std::vector<ReadRow> cut = read_rows(format, text, paths, {}, options);
  if (cut.size() != fast.size()) return "another number of rows in other slices";
  for (std::size_t i = 0; i < fast.size(); ++i) {
    if (!(cut[i] == fast[i])) return say("another row in other slices", cut[i], fast[i]);
  }
  return "";
}

}  // namespace millrace::decode
