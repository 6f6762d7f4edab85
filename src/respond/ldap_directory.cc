#include "respond/ldap_directory.h"

#include <fmt/format.h>
#include <ldap.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "base/ascii.h"
#include "base/file_system.h"

namespace linkgate::respond {
namespace {

using Clock = std::chrono::steady_clock;

Error unavailable(const LdapConfig& config, std::string_view doing, int code) {
  return Error(ErrorCode::kUnavailable,
               fmt::format("{}: {}: {}", config.url, doing, ::ldap_err2string(code)));
}

struct Unbind {
  void operator()(LDAP* ldap) const { ::ldap_unbind_ext_s(ldap, nullptr, nullptr); }
};
struct FreeMessage {
  void operator()(LDAPMessage* message) const { ::ldap_msgfree(message); }
};
struct FreeControl {
  void operator()(LDAPControl* control) const { ::ldap_control_free(control); }
};
struct FreeControls {
  void operator()(LDAPControl** controls) const { ::ldap_controls_free(controls); }
};
struct FreeMemory {
  void operator()(void* memory) const { ::ldap_memfree(memory); }
};
struct FreeValues {
  void operator()(berval** values) const { ::ldap_value_free_len(values); }
};

// What an attribute may be called: it becomes part of a filter.
bool is_attribute(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return ascii::is_alnum(c) || c == '-' || c == '.'; });
}

// Two spellings of one name become one: spaces, escapes and case.
std::string dn_key(const std::string& text) {
  LDAPDN dn = nullptr;
  if (::ldap_str2dn(text.c_str(), &dn, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS) return ascii::to_lower(text);
  char* printed = nullptr;
  const int code = ::ldap_dn2str(dn, &printed, LDAP_DN_FORMAT_LDAPV3);
  ::ldap_dnfree(dn);
  const std::unique_ptr<char, FreeMemory> owned(printed);
  return ascii::to_lower(code == LDAP_SUCCESS && printed != nullptr ? std::string(printed) : text);
}

// One connection, whose every step ends before the deadline.
class Directory {
 public:
  explicit Directory(const LdapConfig& config) : config_(config), deadline_(Clock::now() + config.timeout) {}

  Result<void> open() {
    LDAP* ldap = nullptr;
    if (const int code = ::ldap_initialize(&ldap, config_.url.c_str()); code != LDAP_SUCCESS)
      return Error(ErrorCode::kInvalidArgument, fmt::format("{}: {}", config_.url, ::ldap_err2string(code)));
    ldap_.reset(ldap);
    const int version = LDAP_VERSION3;
    ::ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
    ::ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);  // nobody sends us elsewhere with our password
    TRY(prepare_tls());
    TRY(hurry());
    if (config_.start_tls) {
      const int code = ::ldap_start_tls_s(ldap, nullptr, nullptr);
      if (code != LDAP_SUCCESS) return unavailable(config_, "StartTLS", code);
    }
    return sign_in();
  }

  using Entry = std::function<Result<void>(LDAPMessage*)>;
  // Every entry below `base`, page by page.
  Result<void> search(const std::string& base, const std::string& filter, std::vector<std::string> attributes,
                      const Entry& take) {
    std::vector<char*> names;
    for (std::string& attribute : attributes) names.push_back(attribute.data());
    names.push_back(nullptr);
    berval cookie{0, nullptr};
    Result<void> outcome;
    do {
      outcome = search_page(base, filter, names.data(), &cookie, take);
    } while (outcome && cookie.bv_len > 0);
    ::ber_memfree(cookie.bv_val);
    return outcome;
  }

  std::string dn(LDAPMessage* entry) {
    const std::unique_ptr<char, FreeMemory> text(::ldap_get_dn(ldap_.get(), entry));
    return text == nullptr ? "" : dn_key(text.get());
  }

  std::vector<std::string> values(LDAPMessage* entry, const std::string& attribute) {
    const std::unique_ptr<berval*, FreeValues> values(
        ::ldap_get_values_len(ldap_.get(), entry, attribute.c_str()));
    std::vector<std::string> texts;
    for (berval** value = values.get(); value != nullptr && *value != nullptr; ++value)
      texts.emplace_back((*value)->bv_val, (*value)->bv_len);
    return texts;
  }

  // Active Directory hands out long lists in parts, as "member;range=0-1499".
  bool has_part_of(LDAPMessage* entry, const std::string& attribute) {
    BerElement* position = nullptr;
    bool found = false;
    for (char* name = ::ldap_first_attribute(ldap_.get(), entry, &position); name != nullptr;
         name = ::ldap_next_attribute(ldap_.get(), entry, position)) {
      const std::unique_ptr<char, FreeMemory> owned(name);
      found = found || ascii::istarts_with(std::string_view(name), attribute + ";range=");
    }
    ::ber_free(position, 0);
    return found;
  }

 private:
  // What is left of the time becomes the limit of the next step.
  Result<timeval> hurry() {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline_ - Clock::now());
    if (left.count() <= 0) return unavailable(config_, "too slow", LDAP_TIMEOUT);
    timeval limit{};
    limit.tv_sec = left.count() / 1'000'000;
    limit.tv_usec = left.count() % 1'000'000;
    ::ldap_set_option(ldap_.get(), LDAP_OPT_NETWORK_TIMEOUT, &limit);
    ::ldap_set_option(ldap_.get(), LDAP_OPT_TIMEOUT, &limit);
    return limit;
  }

  Result<void> prepare_tls() {
    LDAP* ldap = ldap_.get();
    const int demand = LDAP_OPT_X_TLS_DEMAND;
    ::ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
    if (!config_.trust_file.empty() &&
        ::ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE, config_.trust_file.c_str()) != LDAP_OPT_SUCCESS)
      return Error(ErrorCode::kInvalidArgument, config_.trust_file + ": cannot be used");
    if (!config_.start_tls && !config_.url.starts_with("ldaps://")) return {};
    const int client = 0;
    if (::ldap_set_option(ldap, LDAP_OPT_X_TLS_NEWCTX, &client) != LDAP_OPT_SUCCESS)
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("{}: TLS cannot be prepared; is {} a PEM file?", config_.url,
                               config_.trust_file.empty() ? "the system's trust" : config_.trust_file));
    return {};
  }

  Result<void> sign_in() {
    std::string password;
    if (!config_.password_file.empty()) {
      TRY_ASSIGN(password, real_file_system().read(config_.password_file));
      while (password.ends_with('\n') || password.ends_with('\r')) password.pop_back();
      // Simple authentication without a password is anonymous, whatever the name (RFC 4513, 5.1.2).
      if (password.empty())
        return Error(ErrorCode::kInvalidArgument, config_.password_file + ": holds no password");
    }
    TRY(hurry());
    berval credentials{password.size(), password.data()};
    const int code =
        ::ldap_sasl_bind_s(ldap_.get(), config_.bind_dn.empty() ? nullptr : config_.bind_dn.c_str(),
                           LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr, nullptr);
    if (code != LDAP_SUCCESS) return unavailable(config_, "signing in", code);
    return {};
  }

  Result<void> search_page(const std::string& base, const std::string& filter, char** attributes,
                           berval* cookie, const Entry& take) {
    TRY_ASSIGN(timeval limit, hurry());
    LDAPControl* page = nullptr;
    ::ldap_create_page_control(ldap_.get(), kDirectoryPage, cookie, 'F', &page);
    const std::unique_ptr<LDAPControl, FreeControl> owned_page(page);
    LDAPControl* controls[] = {page, nullptr};
    LDAPMessage* message = nullptr;
    const int code = ::ldap_search_ext_s(ldap_.get(), base.c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(),
                                         attributes, 0, controls, nullptr, &limit, LDAP_NO_LIMIT, &message);
    const std::unique_ptr<LDAPMessage, FreeMessage> answer(message);
    if (code != LDAP_SUCCESS) return unavailable(config_, "searching " + base, code);
    for (LDAPMessage* entry = ::ldap_first_entry(ldap_.get(), message); entry != nullptr;
         entry = ::ldap_next_entry(ldap_.get(), entry)) {
      if (++entries_ > kMaxDirectoryEntries)
        return Error(ErrorCode::kLimit, config_.url + ": more than a million entries");
      TRY(take(entry));
    }
    return next_page(message, cookie);
  }

  Result<void> next_page(LDAPMessage* message, berval* cookie) {
    ::ber_memfree(cookie->bv_val);
    *cookie = {0, nullptr};
    int code = LDAP_SUCCESS;
    LDAPControl** controls = nullptr;
    const int parsed =
        ::ldap_parse_result(ldap_.get(), message, &code, nullptr, nullptr, nullptr, &controls, 0);
    const std::unique_ptr<LDAPControl*, FreeControls> owned(controls);
    if (parsed != LDAP_SUCCESS) return unavailable(config_, "reading an answer", parsed);
    LDAPControl* page = ::ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, nullptr);
    ber_int_t estimate = 0;
    if (page != nullptr) ::ldap_parse_pageresponse_control(ldap_.get(), page, &estimate, cookie);
    return {};
  }

  const LdapConfig& config_;
  const Clock::time_point deadline_;
  std::unique_ptr<LDAP, Unbind> ldap_;
  size_t entries_ = 0;
};

struct FoundGroup {
  std::string name;
  std::vector<std::string> members;  // DNs, or addresses as they are
};
using FoundGroups = std::map<std::string, FoundGroup>;  // by DN
using Addresses = std::unordered_map<std::string, std::vector<std::string>>;

bool is_address(std::string_view text) { return text.find('@') != text.npos && text.find('=') == text.npos; }

// The addresses of a group, and of all groups within it, however they contain one another.
std::set<std::string> addresses_of(const std::string& group, const FoundGroups& groups,
                                   const Addresses& people) {
  std::set<std::string> addresses, seen = {group};
  std::vector<const FoundGroup*> waiting = {&groups.at(group)};
  while (!waiting.empty()) {
    const FoundGroup& next = *waiting.back();
    waiting.pop_back();
    for (const std::string& member : next.members) {
      if (is_address(member)) {
        addresses.insert(ascii::to_lower(member));
        continue;
      }
      const std::string key = dn_key(member);
      if (const auto person = people.find(key); person != people.end())
        addresses.insert(person->second.begin(), person->second.end());
      const auto inner = groups.find(key);
      if (inner != groups.end() && seen.insert(key).second) waiting.push_back(&inner->second);
    }
  }
  return addresses;
}

}  // namespace

Result<std::vector<verdict::Group>> read_directory(const LdapConfig& config) {
  for (const auto* attribute : {&config.name_attribute, &config.member_attribute, &config.mail_attribute}) {
    if (!is_attribute(*attribute))
      return Error(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is no name of an attribute", *attribute));
  }
  Directory directory(config);
  TRY(directory.open());
  FoundGroups found;
  const auto take_group = [&](LDAPMessage* entry) -> Result<void> {
    const auto names = directory.values(entry, config.name_attribute);
    if (names.empty()) return {};
    if (directory.has_part_of(entry, config.member_attribute))
      return Error(ErrorCode::kCorrupt,
                   fmt::format("{}: hands out only a part of the members of {}", config.url, names[0]));
    found[directory.dn(entry)] = {names[0], directory.values(entry, config.member_attribute)};
    return {};
  };
  TRY(directory.search(config.base, config.filter, {config.name_attribute, config.member_attribute},
                       take_group));
  Addresses people;
  const auto take_person = [&](LDAPMessage* entry) -> Result<void> {
    std::vector<std::string>& addresses = people[directory.dn(entry)];
    for (const std::string& mail : directory.values(entry, config.mail_attribute))
      addresses.push_back(ascii::to_lower(mail));
    return {};
  };
  TRY(directory.search(config.people_base.empty() ? config.base : config.people_base,
                       fmt::format("({}=*)", config.mail_attribute), {config.mail_attribute}, take_person));
  std::vector<verdict::Group> groups;
  for (const auto& [dn, group] : found) {
    const auto addresses = addresses_of(dn, found, people);
    groups.push_back({group.name, {addresses.begin(), addresses.end()}, "ldap"});
  }
  std::sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return groups;
}

}  // namespace linkgate::respond
