#include "respond/stamp_search.h"

#include <algorithm>

#include "base/ascii.h"

namespace linkgate::respond {
namespace {

constexpr std::string_view kStampField = "X-Linkgate-Id";
constexpr size_t kFetchedAtOnce = 500;  // header fields

std::vector<std::string> stamps_of(std::string_view fields) {
  std::vector<std::string> values;
  for (const std::string_view line : ascii::split(fields, '\n')) {
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && ascii::iequals(ascii::trim(line.substr(0, colon)), kStampField))
      values.emplace_back(ascii::trim(line.substr(colon + 1)));
    else if (!values.empty() && !line.empty() && ascii::is_space(line.front()))
      values.back().append(ascii::trim(line));
  }
  return values;
}

}  // namespace

net::asio::awaitable<Result<std::map<uint32_t, Stamped>>> find_stamped(net::ImapClient& client,
                                                                       const url::Keyring& keys,
                                                                       std::vector<std::string> ids) {
  std::map<uint32_t, Stamped> found;
  std::vector<uint32_t> uids;
  for (size_t at = 0; at < ids.size(); at += net::kMaxSearchValues) {
    const size_t end = std::min(ids.size(), at + net::kMaxSearchValues);
    std::vector<std::string> some(ids.begin() + static_cast<ptrdiff_t>(at),
                                  ids.begin() + static_cast<ptrdiff_t>(end));
    auto hits = co_await client.search_header(std::string(kStampField), std::move(some));
    if (!hits) co_return std::move(hits).error();
    uids.insert(uids.end(), hits->begin(), hits->end());
  }
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  for (size_t at = 0; at < uids.size(); at += kFetchedAtOnce) {
    const size_t end = std::min(uids.size(), at + kFetchedAtOnce);
    std::vector<uint32_t> some(uids.begin() + static_cast<ptrdiff_t>(at),
                               uids.begin() + static_cast<ptrdiff_t>(end));
    auto messages = co_await client.fetch_field(std::move(some), std::string(kStampField));
    if (!messages) co_return std::move(messages).error();
    for (net::ImapMessage& message : *messages) {
      for (const std::string& stamp : stamps_of(message.octets)) {
        const auto id = url::verify_message_stamp(stamp, keys);
        if (!id || std::find(ids.begin(), ids.end(), *id) == ids.end()) continue;
        const uint32_t uid = message.uid;
        found.emplace(uid, Stamped{*id, std::move(message)});
        break;
      }
    }
  }
  co_return found;
}

}  // namespace linkgate::respond
