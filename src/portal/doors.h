#pragma once
// The HTTP doors to hunting: the Kusto REST API (v1, v2, management) and Microsoft Graph's runHuntingQuery.
//
// Kusto: GET and POST /v1/rest/query, /v2/rest/query, POST /v1/rest/mgmt. Graph: POST
// /v1.0/security/runHuntingQuery (also under its full name, microsoft.graph.security.runHuntingQuery); and
// its alerts_v2, see alert_door.h. And reports and the Explorer, see view_door.h.

#include "net/http.h"
#include "portal/access.h"
#include "portal/alert_door.h"
#include "portal/hunting.h"
#include "portal/kusto_answer.h"
#include "portal/kusto_request.h"
#include "portal/view_door.h"

namespace linkgate::portal {

// Blocking; several threads at once. References outlive it.
class Doors {
 public:
  Doors(Hunting& hunting, Access& access, state::AlertStore& alerts, const PortalConfig& config)
      : hunting_(hunting),
        access_(access),
        config_(config),
        alerts_(hunting, access, alerts, config),
        views_(hunting, access, config) {}
  net::HttpResponse answer(const net::HttpRequest& request);

 private:
  net::HttpResponse kusto(const net::HttpRequest& request, const RequestMarks& marks, std::string_view path,
                          std::string_view query);
  net::HttpResponse graph(const net::HttpRequest& request, const RequestMarks& marks);

  void limit(Question& question, const KustoRequest& asked) const;

  Hunting& hunting_;
  Access& access_;
  const PortalConfig config_;
  AlertDoor alerts_;
  ViewDoor views_;
};

}  // namespace linkgate::portal
