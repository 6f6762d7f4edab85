#pragma once
// Messages of an open folder by the stamp of the gateway, which nobody else can make (sealed-links.md).

#include <map>
#include <string>
#include <vector>

#include "net/imap_client.h"
#include "url/sealed_link.h"

namespace linkgate::respond {

struct Stamped {
  std::string network_message_id;
  net::ImapMessage message;  // octets: the field alone
};

// Those whose X-Linkgate-Id names one of `ids` and whose MAC verifies, by UID.
net::asio::awaitable<Result<std::map<uint32_t, Stamped>>> find_stamped(net::ImapClient& client,
                                                                       const url::Keyring& keys,
                                                                       std::vector<std::string> ids);

}  // namespace linkgate::respond
