#pragma once
// Microsoft Graph's alerts: GET /v1.0/security/alerts_v2, GET and PATCH .../{id}, POST .../{id}/comments,
// over the rows and the state that `linkgate alert` shows. Alerts are in it once they are visible.
//
// Tokens: alerts.read to read, alerts.write to change. What people make of an alert is by the token's name.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"
#include "portal/access.h"
#include "portal/alert_query.h"
#include "portal/graph_answer.h"
#include "portal/hunting.h"
#include "state/alert_store.h"
#include "views/alert_facts.h"
#include "views/graph_alert.h"

namespace linkgate::portal {

// Blocking; several threads at once. References outlive it.
class AlertDoor {
 public:
  AlertDoor(Hunting& hunting, Access& access, state::AlertStore& alerts, const PortalConfig& config)
      : hunting_(hunting), access_(access), alerts_(alerts), is_tls_(!config.tls_certificate.empty()) {}

  static bool is_meant(std::string_view path);
  net::HttpResponse answer(const net::HttpRequest& request, const RequestMarks& marks);

 private:
  struct Asked;
  net::HttpResponse list(const Asked& asked, std::string_view query);
  net::HttpResponse one(const Asked& asked, const std::string& id);
  net::HttpResponse change(const Asked& asked, const std::string& id);
  net::HttpResponse comment(const Asked& asked, const std::string& id);
  // Not changed: why. Changed: what it is now.
  net::HttpResponse changed(const Asked& asked, const std::string& id, const state::AlertChange& change,
                            bool comments_only);

  tl::expected<std::vector<std::vector<std::string>>, Refusal> ask(const Asked& asked,
                                                                   const std::string& kql);
  tl::expected<std::vector<views::AlertFacts>, Refusal> facts(const Asked& asked,
                                                              const std::vector<std::string>& ids);
  Result<std::map<std::string, state::AlertWork>> works();
  std::string base_address(const net::HttpRequest& request) const;

  Hunting& hunting_;
  Access& access_;
  state::AlertStore& alerts_;
  const bool is_tls_;
};

}  // namespace linkgate::portal
