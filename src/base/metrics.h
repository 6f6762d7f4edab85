#pragma once
// Counters, gauges and histograms of a program, told at /metrics in Prometheus' text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/). A front over prometheus-cpp that keeps its
// headers in one file. Names follow its conventions: linkgate_<what>_<unit>, counters end in _total, times
// are in seconds, sizes in bytes. Labels must have few values: never an address, a URL or a subject.
//
//   metrics::Counter& clicks = metrics::process().counter("linkgate_clicks_total", "Clicks by page shown",
//   {{"page", "none"}}); clicks.add();

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linkgate::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

// All thread-safe, without locks. They belong to their registry and live as long as it.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double by = 1) = 0;  // REQUIRES: by >= 0
  virtual double value() const = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  virtual void add(double by) = 0;  // may be negative
  virtual double value() const = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

// Upper bounds that suit answers of a network service, in seconds: 0.5 ms to 10 s.
std::vector<double> latency_buckets();

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The same name and labels give the same object, so asking twice is harmless; it takes a lock, so ask once
  // and keep the reference. One name with another kind, and a name or label Prometheus does not allow, is a
  // bug (CHECK).
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  // The buckets of the first call for a name and labels count.
  Histogram& histogram(std::string_view name, std::string_view help, const std::vector<double>& upper_bounds,
                       const Labels& labels = {});

  // What GET /metrics answers; Content-Type is kContentType.
  std::string exposition() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

inline constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

// The registry of this program: what its /metrics shows. Lives until the process ends.
Registry& process();

}  // namespace linkgate::metrics
