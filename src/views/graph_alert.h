#pragma once
// An alert in the words of Microsoft Graph: microsoft.graph.security.alert of v1.0, as portal answers with it
// and webhooks are told of it. What Linkgate does not know is null or "unknown".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "views/alert_facts.h"

namespace linkgate::views {

struct AlertNote {
  std::string author, text;
  Time at{};
};

// What people made of it; Graph's words.
struct AlertHandling {
  std::string status = "new", classification = "unknown", determination = "unknown", assigned_to;
  Time updated{};  // epoch: never
  std::optional<Time> resolved;
  std::vector<AlertNote> comments;
};

// A JSON object.
std::string graph_alert(const AlertFacts& alert, const AlertHandling& handling);
// The member "comments" alone: a JSON array.
std::string graph_comments(const std::vector<AlertNote>& comments);

// Graph's "high" is AlertInfo's "High"; and back: nullopt for what is no severity of an alert here.
std::optional<std::string> severity_of_graph(std::string_view word);
inline constexpr std::string_view kGraphAlertSource = "microsoftDefenderForOffice365";

}  // namespace linkgate::views
