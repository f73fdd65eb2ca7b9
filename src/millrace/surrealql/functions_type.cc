// SPDX-License-Identifier: Apache-2.0
//
// type::, record::, and the functions that have no family.
#include <algorithm>

#include "millrace/surrealql/functions.h"
#include "millrace/surrealql/number.h"

namespace millrace::surrealql {

Datum type_of(Evaluation&, UnopenedArgument argument) { return Datum::of_string(kind_name(argument.value.type())); }

Datum type_record(Evaluation& evaluation, Datum table, OptionalDatum key) {
  if (table.is(Type::string) && table.string().empty()) {
    return evaluation.fail("Found  for the Record ID but this is not a valid table name");
  }
  if (!key) return cast(table, {.kind = CastKind::record}, evaluation);
  Datum made = *key;
  switch (key->type()) {
    case Type::record: made = key->record().key; break;
    case Type::real:
    case Type::decimal: made = datum_of_text(evaluation, plain_number(*key)); break;
    case Type::integer:
    case Type::array:
    case Type::object:
    case Type::range:
    case Type::uuid: break;
    default:
      made = Datum::of_string(value_text(*key, evaluation));
      if (made.string().empty()) return evaluation.fail("Found  for the Record ID but this is not a valid id");
  }
  return Datum::of_record(evaluation.arena.make(DatumRecord{.table = value_text(table, evaluation), .key = made}));
}

// Bytes that are no UTF-8 become U+FFFD, one for each longest beginning of a sequence (as Rust's from_utf8_lossy).
Datum type_string_lossy(Evaluation& evaluation, Datum value) {
  if (!value.is(Type::bytes)) return cast(value, {.kind = CastKind::string}, evaluation);
  const Text bytes = value.string();
  std::string out;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto byte = [&](std::size_t offset) {
      return at + offset < bytes.size() ? static_cast<std::uint8_t>(bytes[at + offset]) : std::uint8_t{0};
    };
    const std::uint8_t lead = byte(0);
    const std::size_t wanted = lead < 0x80                   ? 1
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    // The second byte's limits keep out overlong forms, surrogates, and what is over U+10FFFF.
    const std::uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    std::size_t size = 1;
    if (wanted > 1 && byte(1) >= low && byte(1) <= high) {
      size = 2;
      while (size < wanted && (byte(size) & 0xc0) == 0x80) ++size;
    }
    out += size == wanted ? bytes.substr(at, size) : Text("\uFFFD");
    at += size;
  }
  return datum_of_text(evaluation, out);
}

Datum type_is_record(Evaluation&, UnopenedArgument argument, OptionalText table) {
  const Datum& value = argument.value;
  return Datum::of_boolean(value.is(Type::record) && (!table || value.record().table == *table));
}

Datum record_id(Evaluation&, RecordArgument record) { return record.record->key; }
Datum record_table(Evaluation&, RecordArgument record) { return Datum::of_string(record.record->table); }

Datum count_truthy(Evaluation&, OptionalDatum value) {
  if (!value) return Datum::of_integer(1);
  if (!value->is(Type::array)) return Datum::of_integer(is_truthy(*value) ? 1 : 0);
  return Datum::of_integer(std::ranges::count_if(value->elements(), is_truthy));
}

Datum not_truthy(Evaluation&, Datum value) { return Datum::of_boolean(!is_truthy(value)); }
Datum bytes_len(Evaluation&, BytesArgument bytes) { return datum_of_size(bytes.data.size()); }

}  // namespace millrace::surrealql
