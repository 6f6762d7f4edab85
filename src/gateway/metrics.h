#pragma once
// What the gateway counts, shown at /metrics.

#include <string_view>

#include "base/metrics.h"
#include "gateway/message_work.h"

namespace linkgate::gateway {

struct Metrics {
  explicit Metrics(metrics::Registry& registry);

  void count_answer(int code);                // of a recipient
  void count_links(const LinkCounts& links);  // of a rendering that was handed over
  void count_unscannable(std::string_view action);

  metrics::Registry& registry;
  metrics::Counter& messages;
  metrics::Counter& repeated;  // recipients answered from the delivered-marker
  metrics::Counter& trouble;   // recipients deferred for trouble of ours
  metrics::Gauge& memory;      // reserved for messages under way
  metrics::Histogram& rewriting;
  metrics::Histogram& delivering;
};

}  // namespace linkgate::gateway
