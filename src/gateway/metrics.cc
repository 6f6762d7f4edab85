#include "gateway/metrics.h"

namespace linkgate::gateway {

Metrics::Metrics(metrics::Registry& the_registry)
    : registry(the_registry),
      messages(registry.counter("linkgate_gateway_messages_total", "Messages received")),
      repeated(registry.counter("linkgate_gateway_repeated_total",
                                "Recipients answered from the delivered-marker")),
      trouble(registry.counter("linkgate_gateway_trouble_total",
                               "Recipients deferred for trouble of this installation")),
      memory(registry.gauge("linkgate_gateway_memory_bytes", "Memory reserved for messages under way")),
      rewriting(registry.histogram("linkgate_gateway_rewriting_seconds",
                                   "Time to rewrite a message for one recipient",
                                   metrics::latency_buckets())),
      delivering(registry.histogram("linkgate_gateway_delivery_seconds",
                                    "Time from end of data to the last answer", metrics::latency_buckets())) {
}

void Metrics::count_answer(int code) {
  const char* kind = code < 400 ? "delivered" : code < 500 ? "deferred" : "refused";
  registry.counter("linkgate_gateway_recipients_total", "Recipients by answer", {{"answer", kind}}).add();
}

void Metrics::count_links(const LinkCounts& links) {
  for (const auto& [result, count] : links) {
    registry
        .counter("linkgate_gateway_links_total", "Links of delivered messages by what became of them",
                 {{"result", result}})
        .add(static_cast<double>(count));
  }
}

void Metrics::count_unscannable(std::string_view action) {
  registry
      .counter("linkgate_gateway_unscannable_total",
               "Recipients of messages that could not be read, by what was done",
               {{"action", std::string(action)}})
      .add();
}

}  // namespace linkgate::gateway
