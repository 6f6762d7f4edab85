#pragma once
// What linkgate-scan remembers of sites: when each was met first, and what sign-in pages of well-known names
// look like on their own hosts. Several nodes may share one store. On both engines, held to
// site_store_contract_test.cc. Calls block; any thread; errors as in state/stores.h.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

struct StoredLook {
  std::string brand;  // whose page it is
  std::string site;   // where it was seen
  std::string part;   // of the page: "screen", "centre", "icon"
  std::string hash;   // document::to_hex
  friend bool operator==(const StoredLook&, const StoredLook&) = default;
};

inline constexpr size_t kMaxStoredLooks = 5'000;  // of all names; the oldest goes

class SiteStore {
 public:
  virtual ~SiteStore() = default;
  // When `site` was met first: `now` where that is now.
  virtual Result<Time> meet(std::string_view site, Time now) = 0;
  // When the first of all was met; absent: none was.
  virtual Result<std::optional<Time>> begin() = 0;
  // One that is there already is not put twice.
  virtual Result<void> put_look(const StoredLook& look, Time now) = 0;
  virtual Result<std::vector<StoredLook>> looks() = 0;
  // Retention: sites that were not met since `time`.
  virtual Result<size_t> drop_before(Time time) = 0;
};

Result<std::unique_ptr<SiteStore>> open_site_store(const StateOptions& options);

}  // namespace linkgate::state
