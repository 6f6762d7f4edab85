#include "functions/places.h"

#include <arpa/inet.h>
#include <maxminddb.h>

#include <array>
#include <memory>

#include "functions/function.h"
#include "functions/text.h"

namespace linkgate::functions {
namespace {

struct Closing {
  void operator()(MMDB_s* database) const {
    MMDB_close(database);
    delete database;
  }
};
std::unique_ptr<MMDB_s, Closing>& database() {
  static std::unique_ptr<MMDB_s, Closing> open;
  return open;
}

// The entry of an address; nullopt where the text is none, and where the database does not know it.
std::optional<MMDB_entry_s> entry_of(const std::string& text) {
  int error = MMDB_SUCCESS;
  MMDB_lookup_result_s found = {};
  sockaddr_in four = {.sin_family = AF_INET};
  sockaddr_in6 six = {.sin6_family = AF_INET6};
  if (::inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1) {
    found = MMDB_lookup_sockaddr(database().get(), reinterpret_cast<const sockaddr*>(&four), &error);
  } else if (::inet_pton(AF_INET6, text.c_str(), &six.sin6_addr) == 1) {
    found = MMDB_lookup_sockaddr(database().get(), reinterpret_cast<const sockaddr*>(&six), &error);
  } else {
    return std::nullopt;
  }
  if (error != MMDB_SUCCESS || !found.found_entry) return std::nullopt;
  return found.entry;
}

struct Field {
  std::string_view name;
  std::array<const char*, 5> path;  // in the database, ended by null
};
constexpr auto kFields = std::to_array<Field>({{"country", {"country", "names", "en"}},
                                               {"state", {"subdivisions", "0", "names", "en"}},
                                               {"city", {"city", "names", "en"}},
                                               {"latitude", {"location", "latitude"}},
                                               {"longitude", {"location", "longitude"}}});

void append_field(std::string& out, MMDB_entry_s& entry, const Field& field) {
  MMDB_entry_data_s data = {};
  if (MMDB_aget_value(&entry, &data, field.path.data()) != MMDB_SUCCESS || !data.has_data) return;
  const bool text = data.type == MMDB_DATA_TYPE_UTF8_STRING;
  if (!text && data.type != MMDB_DATA_TYPE_DOUBLE) return;
  if (out.size() > 1) out += ',';
  append_json_string(out, field.name);
  out += ':';
  if (text)
    append_json_string(out, {data.utf8_string, data.data_size});
  else
    out += number_text(data.double_value);
}

Value geo_info_from_ip_address(const Arguments& a) {
  if (!database()) return std::nullopt;
  auto entry = entry_of(std::string(a.text(0)));
  if (!entry) return std::nullopt;
  std::string out = "{";
  for (const Field& field : kFields) append_field(out, *entry, field);
  if (out.size() == 1) return std::nullopt;
  return out + '}';
}

constexpr auto kRows =
    std::to_array<FunctionRow>({{"geo_info_from_ip_address", 1, 1, geo_info_from_ip_address}});

}  // namespace

Result<void> open_places(const std::string& file) {
  auto opened = std::make_unique<MMDB_s>();
  if (const int status = MMDB_open(file.c_str(), MMDB_MODE_MMAP, opened.get()); status != MMDB_SUCCESS)
    return Error(ErrorCode::kIo, file + ": " + MMDB_strerror(status));
  database().reset(opened.release());
  return {};
}

std::span<const FunctionRow> place_rows() { return kRows; }

}  // namespace linkgate::functions
