#include "notify/mail_relay.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "notify/curl_handle.h"

namespace linkgate::notify {
namespace {

size_t give(char* into, size_t size, size_t count, void* user) {
  auto& left = *static_cast<std::string_view*>(user);
  const size_t most = std::min(size * count, left.size());
  std::memcpy(into, left.data(), most);
  left.remove_prefix(most);
  return most;
}

void secure(CURL* curl, const MailRelay& relay) {
  if (relay.security == RelaySecurity::kStartTls)
    curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  if (!relay.trust_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, relay.trust_file.c_str());
  if (relay.user.empty()) return;
  curl_easy_setopt(curl, CURLOPT_USERNAME, relay.user.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, relay.password.c_str());
}

}  // namespace

Result<void> send_mail(const MailRelay& relay, const std::string& from, const std::string& to,
                       std::string_view message) {
  TRY_ASSIGN(const CurlHandle curl, open_curl());
  const std::string url =
      (relay.security == RelaySecurity::kTls ? "smtps://" : "smtp://") + relay.address + "/";
  const std::string sender = "<" + from + ">", recipient = "<" + to + ">";
  const CurlList recipients(curl_slist_append(nullptr, recipient.c_str()));
  std::array<char, CURL_ERROR_SIZE> said{};
  CURL* handle = curl.get();
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, said.data());
  secure(handle, relay);
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, &give);
  curl_easy_setopt(handle, CURLOPT_READDATA, &message);
  const CURLcode code = curl_easy_perform(handle);
  if (code != CURLE_OK) return error_of(code, said.data());
  return {};
}

}  // namespace linkgate::notify
