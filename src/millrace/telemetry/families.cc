// SPDX-License-Identifier: Apache-2.0
#include "millrace/telemetry/families.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "millrace/base/assert.h"
#include "millrace/telemetry/text.h"

namespace millrace::telemetry::detail {
namespace {

// Names the metric, which the condition of an assertion alone would not.
[[noreturn]] void name_is_taken(std::string_view name, std::string_view by) {
  const std::string what = "the metric " + std::string(name) + " is not what is registered as " + std::string(by);
  assertion_failed(what.c_str(), __FILE__, __LINE__);
}

std::string_view openmetrics_name(Kind kind, std::string_view name) {
  if (kind == Kind::counter || kind == Kind::total) name.remove_suffix(std::string_view("_total").size());
  return name;
}

}  // namespace

std::string_view openmetrics_name(const MetricFamily& family) {
  return openmetrics_name(family.kind(), family.info().name);
}

MetricFamily::MetricFamily(Kind kind, const MetricInfo& info, const Bounds* bounds, MetricFamilies& families)
    : kind_(kind), info_(info), help_(to_utf8(info.help)), families_(families) {
  bounds_.fill(std::numeric_limits<double>::infinity());
  if (bounds != nullptr) {
    std::ranges::copy(*bounds, bounds_.begin());
    bounds_size_ = bounds->size;
  }
}

bool MetricFamily::is_same(Kind kind, const MetricInfo& info, const Bounds* bounds) const {
  return kind == kind_ && info == info_ && (bounds == nullptr || std::ranges::equal(*bounds, this->bounds()));
}

MetricChild& MetricFamily::child(std::span<const std::string_view> values) {
  MILLRACE_ASSERT(values.size() == info_.labels.size);
  std::unique_lock lock(mutex_);
  key_.clear();
  for (const std::string_view value : values) key_.append(value) += '\0';
  if (const auto found = children_.find(key_); found != children_.end()) return *found->second;

  // Not there, or not there under these bytes: they need not be UTF-8.
  std::vector<std::string> texts;
  key_.clear();
  for (const std::string_view value : values) key_.append(texts.emplace_back(to_utf8(value))) += '\0';
  if (const auto found = children_.find(key_); found != children_.end()) return *found->second;
  if (children_.size() < info_.children_max) return add_child(std::vector<std::string_view>(texts.begin(), texts.end()));

  key_.clear();
  const std::vector<std::string_view> other(values.size(), "other");
  for (const std::string_view value : other) key_.append(value) += '\0';
  const auto found = children_.find(key_);
  MetricChild& shared = found != children_.end() ? *found->second : add_child(other);
  lock.unlock();
  MetricFamily& dropped = families_.family(Kind::counter, dropped_info, nullptr);
  dropped.handle<Counter>(dropped.child(std::array{info_.name})).add();
  return shared;
}

// Under the lock, by key_.
MetricChild& MetricFamily::add_child(std::span<const std::string_view> values) {
  auto child = std::make_unique<MetricChild>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) continue;
    if (!child->labels.empty()) child->labels += ',';
    child->labels.append(info_.labels.names[i]) += "=\"";
    append_escaped(values[i], Escape::and_quote, child->labels);
    child->labels += '"';
  }
  child->created = Clock::system().now();
  if (kind_ == Kind::counter) child->cells = families_.arena().allocate(1);
  if (kind_ == Kind::histogram) {
    child->cells = families_.arena().allocate(1 + bounds_size_ + 1);
    child->exemplars = std::make_unique<Exemplar[]>(bounds_size_ + 1);
  }
  return *children_.emplace(key_, std::move(child)).first->second;
}

void MetricFamily::for_each_child(const std::function<void(MetricChild&)>& read) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, child] : children_) read(*child);
}

template <>
Counter MetricFamily::handle(MetricChild& child) const {
  return Counter(child.cells);
}
template <>
Total MetricFamily::handle(MetricChild& child) const {
  return Total(&child.value);
}
template <>
Gauge MetricFamily::handle(MetricChild& child) const {
  return Gauge(&child.value);
}
template <>
Histogram MetricFamily::handle(MetricChild& child) const {
  return Histogram(child.cells, bounds_.data(), (bounds_size_ + 3) / 4 * 4, child.exemplars.get());
}

MetricFamily& MetricFamilies::family(Kind kind, const MetricInfo& info, const Bounds* bounds) {
  const std::lock_guard lock(mutex_);
  const std::string_view name = openmetrics_name(kind, info.name);
  const auto found = families_.find(name);
  if (found == families_.end()) {
    return *families_.emplace(name, std::make_unique<MetricFamily>(kind, info, bounds, *this)).first->second;
  }
  if (!found->second->is_same(kind, info, bounds)) name_is_taken(info.name, found->second->info().name);
  return *found->second;
}

void MetricFamilies::for_each(const std::function<void(MetricFamily&)>& read) {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, family] : families_) read(*family);
}

std::size_t MetricFamilies::add_hook(std::function<void()> hook) {
  const std::lock_guard lock(hooks_mutex_);
  hooks_.emplace(next_hook_, std::move(hook));
  return next_hook_++;
}

void MetricFamilies::remove_hook(std::size_t id) {
  const std::lock_guard lock(hooks_mutex_);
  hooks_.erase(id);
}

void MetricFamilies::run_hooks() {
  const std::lock_guard lock(hooks_mutex_);
  for (const auto& [id, hook] : hooks_) hook();
}

}  // namespace millrace::telemetry::detail
