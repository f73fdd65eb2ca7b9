// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/registry.h"

#include <span>

#include "millrace/base/assert.h"
#include "millrace/telemetry/families.h"

namespace millrace::telemetry {

using detail::Kind;
using detail::MetricFamilies;
using detail::MetricFamily;

namespace {

template <typename Metric>
Metric without_labels(MetricFamilies& families, Kind kind, const MetricInfo& info, const Bounds* bounds = nullptr) {
  MILLRACE_ASSERT(info.labels.size == 0);
  MetricFamily& family = families.family(kind, info, bounds);
  return family.handle<Metric>(family.child({}));
}

MetricFamily* with_labels(MetricFamilies& families, Kind kind, const MetricInfo& info, const Bounds* bounds = nullptr) {
  MILLRACE_ASSERT(info.labels.size > 0);
  return &families.family(kind, info, bounds);
}

template <typename Metric>
Metric child_of(MetricFamily& family, std::initializer_list<std::string_view> values) {
  return family.handle<Metric>(family.child(values));
}

}  // namespace

Registry::Registry() : families_(std::make_unique<MetricFamilies>()) {
  families_->family(Kind::counter, detail::dropped_info, nullptr);
}
Registry::~Registry() = default;

Registry& Registry::global() {
  static Registry* const registry = new Registry;
  return *registry;
}

Counter Registry::counter(const CounterInfo& info) { return without_labels<Counter>(*families_, Kind::counter, info); }
Total Registry::total(const CounterInfo& info) { return without_labels<Total>(*families_, Kind::total, info); }
Gauge Registry::gauge(const GaugeInfo& info) { return without_labels<Gauge>(*families_, Kind::gauge, info); }
Histogram Registry::histogram(const HistogramInfo& info) {
  return without_labels<Histogram>(*families_, Kind::histogram, info, &info.bounds);
}

Family<Counter> Registry::counters(const CounterInfo& info) {
  return Family<Counter>(with_labels(*families_, Kind::counter, info));
}
Family<Gauge> Registry::gauges(const GaugeInfo& info) { return Family<Gauge>(with_labels(*families_, Kind::gauge, info)); }
Family<Histogram> Registry::histograms(const HistogramInfo& info) {
  return Family<Histogram>(with_labels(*families_, Kind::histogram, info, &info.bounds));
}

template <>
Counter Family<Counter>::with(std::initializer_list<std::string_view> values) const {
  return child_of<Counter>(*family_, values);
}
template <>
Gauge Family<Gauge>::with(std::initializer_list<std::string_view> values) const {
  return child_of<Gauge>(*family_, values);
}
template <>
Histogram Family<Histogram>::with(std::initializer_list<std::string_view> values) const {
  return child_of<Histogram>(*family_, values);
}

ScrapeHook Registry::before_scrape(std::function<void()> read) {
  return ScrapeHook(families_.get(), families_->add_hook(std::move(read)));
}

ScrapeHook& ScrapeHook::operator=(ScrapeHook&& other) noexcept {
  if (this != &other) {
    remove();
    families_ = std::exchange(other.families_, nullptr);
    id_ = other.id_;
  }
  return *this;
}

void ScrapeHook::remove() noexcept {
  if (families_ != nullptr) std::exchange(families_, nullptr)->remove_hook(id_);
}

}  // namespace millrace::telemetry
