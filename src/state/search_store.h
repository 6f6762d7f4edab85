#pragma once
// Searches that analysts keep for one another: a view of the Explorer and its filters. Written and read by
// the command line.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "state/stores.h"

namespace linkgate::state {

struct SavedSearch {
  std::string name;
  std::string view;     // "clicks"
  std::string filters;  // JSON, as who saved it wrote it
  std::string saved_by;
  Time saved{};
  friend bool operator==(const SavedSearch&, const SavedSearch&) = default;
};

inline constexpr size_t kMaxSearches = 1'000;
inline constexpr size_t kMaxSearchName = 200;           // octets
inline constexpr size_t kMaxSearchFilters = 64 * 1024;  // octets

class SearchStore {
 public:
  virtual ~SearchStore() = default;
  virtual Result<std::vector<SavedSearch>> list() = 0;  // by name
  // kInvalidArgument: there is one of this name, or it is no name; kLimit.
  virtual Result<void> save(const SavedSearch& search) = 0;
  virtual Result<void> remove(std::string_view name) = 0;       // kNotFound
  virtual Result<SavedSearch> find(std::string_view name) = 0;  // kNotFound
};

Result<std::unique_ptr<SearchStore>> open_search_store(const StateOptions& options);

}  // namespace linkgate::state
