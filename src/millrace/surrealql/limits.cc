// SPDX-License-Identifier: Apache-2.0
#include "millrace/surrealql/limits.h"

namespace millrace::surrealql {
namespace {

class Scale {
 public:
  explicit Scale(std::size_t enough) : enough_(enough) {}

  void put(const Datum& datum) {
    bytes_ += sizeof(Datum);
    if (is_full()) return;
    if (datum.is_text() || datum.is(Type::string) || datum.is(Type::bytes)) {
      bytes_ += datum.string().size();
    } else if (datum.is(Type::array)) {
      for (const Datum& element : datum.elements()) {
        if (is_full()) return;
        put(element);
      }
    } else if (datum.is(Type::object)) {
      for (const DatumMember& member : datum.members()) {
        if (is_full()) return;
        bytes_ += member.key.size() + sizeof(std::string_view);
        put(member.value);
      }
    } else if (datum.is(Type::range)) {
      put(datum.range().from);
      put(datum.range().to);
    } else if (datum.is(Type::record)) {
      bytes_ += datum.record().table.size();
      put(datum.record().key);
    }
  }
  std::size_t bytes() const { return bytes_; }

 private:
  bool is_full() const { return bytes_ >= enough_; }

  std::size_t bytes_ = 0;
  std::size_t enough_;
};

}  // namespace

void Evaluation::cut_failure() {
  std::size_t size = failure_bytes_max;
  while ((static_cast<unsigned char>(failure[size]) & 0xC0) == 0x80) --size;
  failure.resize(size);
  failure += "…";
}

std::size_t weight(const Datum& datum, std::size_t enough) {
  Scale scale(enough);
  scale.put(datum);
  return scale.bytes();
}

}  // namespace millrace::surrealql
