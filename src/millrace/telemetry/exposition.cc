// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/exposition.h"

#include <array>
#include <optional>
#include <span>

#include "millrace/telemetry/families.h"
#include "millrace/telemetry/text.h"

namespace millrace::telemetry {
namespace {

using detail::Escape;
using detail::Exemplar;
using detail::Kind;
using detail::MetricChild;
using detail::MetricFamily;

std::string_view type_of(Kind kind) {
  switch (kind) {
    case Kind::counter:
    case Kind::total: return "counter";
    case Kind::gauge: return "gauge";
    case Kind::histogram: return "histogram";
  }
  return "unknown";
}

class Writer {
 public:
  Writer(Exposition exposition, std::string& out)
      : is_openmetrics_(exposition == Exposition::openmetrics_text), out_(out) {}

  void family(MetricFamily& family) {
    bool begun = false;
    family.for_each_child([&](MetricChild& child) {
      if (!begun) metadata(family);
      begun = true;
      if (family.kind() == Kind::histogram) {
        histogram(family, child);
      } else {
        number(family, child);
      }
    });
  }

 private:
  void metadata(const MetricFamily& family) {
    const std::string_view name = is_openmetrics_ ? openmetrics_name(family) : family.info().name;
    if (!is_openmetrics_) help(family, name, Escape::backslash_and_newline);
    out_.append("# TYPE ").append(name).append(" ").append(type_of(family.kind())) += '\n';
    if (!is_openmetrics_) return;
    const std::string_view unit = unit_of(name);
    if (!unit.empty()) out_.append("# UNIT ").append(name).append(" ").append(unit) += '\n';
    help(family, name, Escape::and_quote);
  }

  void help(const MetricFamily& family, std::string_view name, Escape escape) {
    out_.append("# HELP ").append(name) += ' ';
    append_escaped(family.help(), escape, out_);
    out_ += '\n';
  }

  void number(const MetricFamily& family, MetricChild& child) {
    sample(family.info().name, "", child.labels);
    if (family.kind() == Kind::counter) {
      detail::append_integer(detail::sum_counts(child.cells), out_);
    } else {
      detail::append_value(child.value.load(std::memory_order_relaxed), out_);
    }
    out_ += '\n';
    if (family.kind() == Kind::counter) created(family, child);
  }

  void histogram(const MetricFamily& family, MetricChild& child) {
    const std::string_view name = family.info().name;
    const std::span<const double> bounds = family.bounds();
    std::array<std::optional<Exemplar::Seen>, bounds_max + 1> exemplars;
    // Before the counts, so that a bucket with an exemplar is never empty.
    for (std::size_t bucket = 0; is_openmetrics_ && bucket <= bounds.size(); ++bucket)
      exemplars[bucket] = child.exemplars[bucket].read();
    std::array<std::uint64_t, bounds_max + 1> counts;
    detail::sum_counts(child.cells + sizeof(detail::Sum), std::span(counts).first(bounds.size() + 1));
    std::uint64_t count = 0;
    for (std::size_t bucket = 0; bucket <= bounds.size(); ++bucket) {
      count += counts[bucket];
      out_.append(name).append("_bucket{").append(child.labels).append(child.labels.empty() ? "le=\"" : ",le=\"");
      if (bucket == bounds.size()) {
        out_ += "+Inf";
      } else {
        detail::append_bound(bounds[bucket], out_);
      }
      out_ += "\"} ";
      detail::append_integer(count, out_);
      if (exemplars[bucket]) append_exemplar(*exemplars[bucket]);
      out_ += '\n';
    }
    sample(name, "_sum", child.labels);
    detail::append_value(detail::sum_sums(child.cells), out_);
    out_ += '\n';
    sample(name, "_count", child.labels);
    detail::append_integer(count, out_);
    out_ += '\n';
    created(family, child);
  }

  void append_exemplar(const Exemplar::Seen& seen) {
    out_.append(" # {trace_id=\"").append(to_hex(seen.trace_id)) += "\"} ";
    detail::append_value(seen.value, out_);
    out_ += ' ';
    detail::append_seconds(seen.time, out_);
  }

  void created(const MetricFamily& family, const MetricChild& child) {
    if (!is_openmetrics_) return;
    sample(openmetrics_name(family), "_created", child.labels);
    detail::append_seconds(child.created, out_);
    out_ += '\n';
  }

  // All of the line but its value.
  void sample(std::string_view name, std::string_view suffix, std::string_view labels) {
    out_.append(name).append(suffix);
    if (!labels.empty()) out_.append("{").append(labels) += '}';
    out_ += ' ';
  }

  const bool is_openmetrics_;
  std::string& out_;
};

void append_cell(std::string_view text, std::string& out) {
  out += ' ';
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  out += text.empty() ? "|" : " |";
}

}  // namespace

std::string_view content_type(Exposition exposition) {
  return exposition == Exposition::openmetrics_text ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                                    : "text/plain; version=0.0.4; charset=utf-8";
}

void write_metrics(const Registry& registry, Exposition exposition, std::string& out) {
  registry.families().run_hooks();
  Writer writer(exposition, out);
  registry.families().for_each([&](MetricFamily& family) { writer.family(family); });
  if (exposition == Exposition::openmetrics_text) out += "# EOF\n";
}

std::string catalogue(const Registry& registry) {
  std::string out;
  registry.families().for_each([&](MetricFamily& family) {
    const MetricInfo& info = family.info();
    std::string labels;
    for (const std::string_view label : info.labels) labels.append(labels.empty() ? "`" : ", `").append(label) += '`';
    out += '|';
    append_cell(std::string("`").append(info.name).append("`"), out);
    append_cell(type_of(family.kind()), out);
    append_cell(unit_of(info.name), out);
    append_cell(labels, out);
    append_cell(family.help(), out);
    out += '\n';
  });
  return out;
}

}  // namespace millrace::telemetry
