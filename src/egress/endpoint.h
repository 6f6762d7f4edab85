#pragma once
// net::IpAddress as Asio's endpoints have it.

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "net/peer.h"

namespace linkgate::egress {

inline boost::asio::ip::address asio_address(const net::IpAddress& address) {
  if (!address.is_v4()) return boost::asio::ip::address_v6(address.bytes);
  boost::asio::ip::address_v4::bytes_type bytes;
  std::copy_n(address.bytes.begin() + 12, 4, bytes.begin());
  return boost::asio::ip::address_v4(bytes);
}

}  // namespace linkgate::egress
