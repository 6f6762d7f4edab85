#include "respond/alert_receivers.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/file_system.h"
#include "notify/mail_relay.h"
#include "notify/post.h"
#include "notify/syslog.h"
#include "respond/alert_texts.h"
#include "views/graph_alert.h"

namespace linkgate::respond {
namespace {

constexpr std::string_view kSeverities[] = {"Informational", "Low", "Medium", "High"};

size_t rank_of(std::string_view severity) {
  return static_cast<size_t>(std::find(std::begin(kSeverities), std::end(kSeverities), severity) -
                             std::begin(kSeverities));
}

std::string key_of(const AlertReceiverConfig& config, const std::string& address) {
  return config.to.size() < 2 ? config.name : config.name + " " + address;
}

Result<std::string> read_secret(const Config& config, const std::string& key, const std::string& file) {
  if (file.empty()) return std::string();
  const auto text = real_file_system().read(file);
  if (!text) return wrong_value(config, key, text.error().message());
  const std::string secret(ascii::trim(*text));
  if (secret.empty()) return wrong_value(config, key, file + " is empty");
  return secret;
}

class Named : public AlertReceiver {
 public:
  Named(std::string key, std::string name) : key_(std::move(key)), name_(std::move(name)) {}
  const std::string& key() const override { return key_; }
  const std::string& name() const override { return name_; }

 private:
  const std::string key_, name_;
};

class ByMail final : public Named {
 public:
  ByMail(const AlertReceiverConfig& config, const std::string& to, std::string password)
      : Named(key_of(config, to), config.name), header_{config.from, to, config.name} {
    relay_ = {config.relay, notify::RelaySecurity::kStartTls, config.trust_file, config.user,
              std::move(password)};
    if (config.security == "tls") relay_.security = notify::RelaySecurity::kTls;
    if (config.security == "none") relay_.security = notify::RelaySecurity::kNone;
  }
  Result<void> tell(const views::AlertFacts& alert, Time now) override {
    return notify::send_mail(relay_, header_.from, header_.to, alert_mail(alert, header_, now));
  }

 private:
  const AlertMailHeader header_;
  notify::MailRelay relay_;
};

class ByPost final : public Named {
 public:
  ByPost(const AlertReceiverConfig& config, std::string secret, const DataPaths& paths)
      : Named(config.name, config.name),
        address_(config.url),
        secret_(std::move(secret)),
        egress_(config.direct ? "" : paths.egress_socket()) {}
  Result<void> tell(const views::AlertFacts& alert, Time now) override {
    TRY_ASSIGN(const long status,
               notify::post({address_, views::graph_alert(alert, {}), secret_, egress_}, now));
    if (status / 100 == 2) return {};
    return Error(ErrorCode::kUnavailable, "status " + std::to_string(status));
  }

 private:
  const std::string address_, secret_, egress_;
};

class BySyslog final : public Named {
 public:
  explicit BySyslog(const AlertReceiverConfig& config)
      : Named(config.name, config.name), address_(config.address) {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) == 0) host_ = name.data();
  }
  Result<void> tell(const views::AlertFacts& alert, Time) override {
    return notify::send_syslog(address_, alert_syslog(alert, host_));
  }

 private:
  const std::string address_;
  std::string host_;
};

Result<void> open_one(const Config& config, const AlertReceiverConfig& receiver,
                      std::vector<std::unique_ptr<AlertReceiver>>& all) {
  if (receiver.kind == "syslog") {
    all.push_back(std::make_unique<BySyslog>(receiver));
    return {};
  }
  if (receiver.kind == "webhook") {
    TRY_ASSIGN(auto key, read_secret(config, "alerts.receiver.key_file", receiver.key_file));
    all.push_back(std::make_unique<ByPost>(receiver, std::move(key), DataPaths(config.data)));
    return {};
  }
  TRY_ASSIGN(const auto password,
             read_secret(config, "alerts.receiver.password_file", receiver.password_file));
  for (const std::string& to : receiver.to) all.push_back(std::make_unique<ByMail>(receiver, to, password));
  return {};
}

}  // namespace

Result<std::vector<std::unique_ptr<AlertReceiver>>> open_receivers(const Config& config) {
  std::vector<std::unique_ptr<AlertReceiver>> all;
  for (const AlertReceiverConfig& receiver : config.alerts.receivers) TRY(open_one(config, receiver, all));
  return all;
}

std::vector<std::string> receivers_of(const AlertsConfig& config, std::string_view severity,
                                      std::string_view category) {
  std::vector<std::string> keys;
  for (const AlertReceiverConfig& receiver : config.receivers) {
    if (rank_of(severity) < rank_of(receiver.severity)) continue;
    const auto& wanted = receiver.categories;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), category) == wanted.end()) continue;
    if (receiver.kind != "mail") {
      keys.push_back(receiver.name);
      continue;
    }
    for (const std::string& to : receiver.to) keys.push_back(key_of(receiver, to));
  }
  return keys;
}

}  // namespace linkgate::respond
