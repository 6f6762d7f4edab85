#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>

#include "base/check.h"

namespace linkgate::metrics {
namespace {

class CounterOf final : public Counter {
 public:
  explicit CounterOf(prometheus::Counter& counter) : counter_(counter) {}
  void add(double by) override { counter_.Increment(by); }
  double value() const override { return counter_.Value(); }

 private:
  prometheus::Counter& counter_;
};

class GaugeOf final : public Gauge {
 public:
  explicit GaugeOf(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void set(double value) override { gauge_.Set(value); }
  void add(double by) override { gauge_.Increment(by); }
  double value() const override { return gauge_.Value(); }

 private:
  prometheus::Gauge& gauge_;
};

class HistogramOf final : public Histogram {
 public:
  explicit HistogramOf(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void observe(double value) override { histogram_.Observe(value); }

 private:
  prometheus::Histogram& histogram_;
};

prometheus::Labels to_prometheus(const Labels& labels) { return {labels.begin(), labels.end()}; }

// One key for a metric: neither names nor label names hold these separators.
std::string key_of(std::string_view name, const prometheus::Labels& labels) {
  std::string key(name);
  for (const auto& [label, value] : labels) key += '\n' + label + '=' + value;
  return key;
}

}  // namespace

struct Registry::Impl {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<Counter>> counters;
  std::map<std::string, std::unique_ptr<Gauge>> gauges;
  std::map<std::string, std::unique_ptr<Histogram>> histograms;

  // Finds or makes the metric; `make` gets the labels in the library's form.
  template <typename T, typename Make>
  T& get(std::map<std::string, std::unique_ptr<T>>& all, std::string_view name, const Labels& labels,
         Make make) {
    const prometheus::Labels wanted = to_prometheus(labels);
    const std::lock_guard lock(mutex);
    std::unique_ptr<T>& slot = all[key_of(name, wanted)];
    if (!slot) {
      try {
        slot = make(wanted);
      } catch (const std::invalid_argument&) {
        CHECK(!"a metric has one kind, and a name and labels that Prometheus allows");
      }
    }
    return *slot;
  }
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  return impl_->get(impl_->counters, name, labels, [&](const prometheus::Labels& wanted) {
    auto& family =
        prometheus::BuildCounter().Name(std::string(name)).Help(std::string(help)).Register(impl_->registry);
    return std::make_unique<CounterOf>(family.Add(wanted));
  });
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  return impl_->get(impl_->gauges, name, labels, [&](const prometheus::Labels& wanted) {
    auto& family =
        prometheus::BuildGauge().Name(std::string(name)).Help(std::string(help)).Register(impl_->registry);
    return std::make_unique<GaugeOf>(family.Add(wanted));
  });
}

Histogram& Registry::histogram(std::string_view name, std::string_view help,
                               const std::vector<double>& upper_bounds, const Labels& labels) {
  return impl_->get(impl_->histograms, name, labels, [&](const prometheus::Labels& wanted) {
    auto& family = prometheus::BuildHistogram()
                       .Name(std::string(name))
                       .Help(std::string(help))
                       .Register(impl_->registry);
    return std::make_unique<HistogramOf>(family.Add(wanted, upper_bounds));
  });
}

std::string Registry::exposition() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, impl_->registry.Collect());
  return out.str();
}

std::vector<double> latency_buckets() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

Registry& process() {
  static Registry* const registry =
      new Registry;  // never destroyed: threads may still count while the process exits
  return *registry;
}

}  // namespace linkgate::metrics
