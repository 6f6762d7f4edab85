// The parts of the configuration that are about people: who is told of alerts, how users are written to.
#include "base/config_people.h"

#include <algorithm>

namespace linkgate {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr hours kDay{24};

void read_mail_receiver(Section& in, AlertReceiverConfig& out) {
  in.text("relay", out.relay,
          [](std::string_view value) { return check_next_hop("smtp:" + std::string(value)); });
  in.text("security", out.security, one_of({"starttls", "tls", "none"}));
  in.text("trust_file", out.trust_file);
  in.text("user", out.user);
  in.text("password_file", out.password_file);
  in.text("from", out.from, check_mail_address);
  in.texts("to", out.to, check_mail_address);
  if (out.kind != "mail") return;
  in.rule("relay", !out.relay.empty() && !out.from.empty() && !out.to.empty(),
          "is needed by a receiver of mail, and so are from and to");
  in.rule("user", out.user.empty() == out.password_file.empty(),
          "and password_file belong together: give both or none");
}

void read_receiver(Section& in, AlertReceiverConfig& out) {
  in.text("name", out.name, check_word);
  in.text("kind", out.kind, one_of({"mail", "webhook", "syslog"}));
  in.text("severity", out.severity, one_of({"Informational", "Low", "Medium", "High"}));
  in.texts("categories", out.categories, check_not_empty);
  read_mail_receiver(in, out);
  in.text("url", out.url, check_webhook);
  in.text("key_file", out.key_file);
  in.flag("direct", out.direct);
  in.text("address", out.address, check_syslog_address);
  if (!in.given()) return;
  in.rule("name", !out.name.empty(), "is missing in this [[alerts.receiver]]");
  in.rule("kind", !out.kind.empty(), "is missing in this [[alerts.receiver]]");
  in.rule("url", out.kind != "webhook" || (!out.url.empty() && !out.key_file.empty()),
          "is needed by a webhook, and so is key_file");
  in.rule("address", out.kind != "syslog" || !out.address.empty(), "is needed by a receiver of syslog");
}

}  // namespace

void read_alerts(Section& in, AlertsConfig& out) {
  in.tables("receiver", [&](Section& table) {
    AlertReceiverConfig receiver;
    read_receiver(table, receiver);
    const bool twice = std::any_of(out.receivers.begin(), out.receivers.end(),
                                   [&](const auto& other) { return other.name == receiver.name; });
    table.rule("name", !twice,
               fmt::format("\"{}\" is the name of an earlier [[alerts.receiver]]", receiver.name));
    if (table.given()) out.receivers.push_back(std::move(receiver));
  });
  in.duration("give_up_after", out.give_up_after, seconds(10), 30 * kDay);
}

void read_user_mail(Section& in, UserMailConfig& out) {
  in.text("relay", out.relay,
          [](std::string_view value) { return check_next_hop("smtp:" + std::string(value)); });
  in.text("security", out.security, one_of({"starttls", "tls", "none"}));
  in.text("trust_file", out.trust_file);
  in.text("user", out.user);
  in.text("password_file", out.password_file);
  in.text("from", out.from, check_mail_address);
  in.duration("give_up_after", out.give_up_after, seconds(10), 30 * kDay);
  in.rule("relay", out.relay.empty() == out.from.empty(), "and user_mail.from belong together");
  in.rule("user", out.user.empty() == out.password_file.empty(),
          "and user_mail.password_file belong together: give both or none");
}

}  // namespace linkgate
