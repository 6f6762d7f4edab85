#pragma once
// A Dovecot of a test's own on loopback: IMAP with a master user, plain and with STARTTLS. Needs root, which
// Dovecot wants for its processes; where it cannot run, tests are skipped, loudly.

#include <gtest/gtest.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "net/listener.h"

namespace linkgate::net {

class DovecotServer {
 public:
  static constexpr const char* kMaster = "zap";
  static constexpr const char* kPassword = "correct horse";

  // Absent where there is none; `why` says so. `more` is appended to its configuration.
  static std::unique_ptr<DovecotServer> start(const std::vector<std::string>& users, std::string* why,
                                              const std::string& more = "") {
    if (::geteuid() != 0 || ::access("/usr/sbin/dovecot", X_OK) != 0) {
      *why = "needs root and dovecot-imapd";
      return nullptr;
    }
    char folder[] = "/tmp/linkgate-dovecot-XXXXXX";
    if (::mkdtemp(folder) == nullptr) return nullptr;
    ::chmod(folder, 0755);
    std::unique_ptr<DovecotServer> server(new DovecotServer(folder));
    const std::string log = server->folder_ + "/log";
    server->configure(users, more);
    if (!server->spawn()) {
      *why = "dovecot does not start: " + slurp(log);
      return nullptr;
    }
    return server;
  }
  ~DovecotServer() {
    if (pid_ > 0) {
      ::kill(pid_, SIGTERM);
      ::waitpid(pid_, nullptr, 0);
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string endpoint() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string certificate() const { return folder_ + "/cert.pem"; }
  std::string log() const { return slurp(folder_ + "/log"); }
  std::string home(const std::string& user) const { return folder_ + "/mail/" + user; }
  // From now on these are all users; others cannot be signed in for. A running Dovecot looks at the file at
  // most once in a second of its clock, so this returns in the next one.
  void set_users(const std::vector<std::string>& users) const {
    std::ofstream out(folder_ + "/users.new");
    for (const std::string& user : users) out << user << ":{PLAIN}own::::::\n";
    out.close();
    std::filesystem::rename(folder_ + "/users.new", folder_ + "/users");
    if (pid_ > 0) std::this_thread::sleep_until(next_second());
  }
  // Straight into the maildir, as the mailbox server would put it. `flags` are maildir's: "S" is seen.
  // Folders other than INBOX are ".Name". Answers the file.
  std::string put(const std::string& user, const std::string& octets, const std::string& flags = "",
                  const std::string& folder = "") const {
    const std::string maildir = home(user) + "/Maildir" + (folder.empty() ? "" : "/" + folder);
    for (const char* part : {"/cur", "/new", "/tmp"}) std::filesystem::create_directories(maildir + part);
    static int count = 0;
    ++count;
    const std::string file = maildir + "/cur/" + std::to_string(1'700'000'000 + count) + ".M" +
                             std::to_string(count) + ".test:2," + flags;
    std::ofstream(file, std::ios::binary) << octets;
    return file;
  }
  void give_mail_away() const {
    const passwd* nobody = ::getpwnam("nobody");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ + "/mail"))
      EXPECT_EQ(::lchown(entry.path().c_str(), nobody->pw_uid, nobody->pw_gid), 0);
  }

 private:
  explicit DovecotServer(std::string folder) : folder_(std::move(folder)) {}

  static std::chrono::system_clock::time_point next_second() {
    using std::chrono::seconds;
    return std::chrono::floor<seconds>(std::chrono::system_clock::now()) + seconds(1) +
           std::chrono::milliseconds(20);
  }

  static std::string slurp(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  void configure(const std::vector<std::string>& users, const std::string& more) {
    const auto taken = open_listener("127.0.0.1:0");
    const std::string address = local_address(*taken);
    port_ = std::stoi(address.substr(address.rfind(':') + 1));
    ::close(*taken);
    std::filesystem::create_directories(folder_ + "/mail");
    const passwd* nobody = ::getpwnam("nobody");
    EXPECT_EQ(::chown((folder_ + "/mail").c_str(), nobody->pw_uid, nobody->pw_gid), 0);
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mail "
        "-addext subjectAltName=IP:127.0.0.1 -keyout " +
        folder_ + "/key.pem -out " + certificate() + " 2>/dev/null";
    EXPECT_EQ(::system(make.c_str()), 0);  // NOLINT: our own words
    std::ofstream(folder_ + "/master") << kMaster << ":{PLAIN}" << kPassword << "\n";
    set_users(users);
    std::ofstream(folder_ + "/dovecot.conf") << configuration() << more;
  }

  std::string configuration() const {
    return "protocols = imap\nbase_dir = " + folder_ + "/run\nstate_dir = " + folder_ +
           "/state\ninstance_name = linkgate-test\nlog_path = " + folder_ + "/log\nssl = yes\nssl_cert = <" +
           certificate() + "\nssl_key = <" + folder_ +
           "/key.pem\ndisable_plaintext_auth = no\nmail_location = maildir:~/Maildir\nfirst_valid_uid = 1\n"
           "mail_fsync = never\nmail_max_userip_connections = 100\nauth_master_user_separator = *\n"
           "passdb {\n driver = passwd-file\n args = " +
           folder_ +
           "/master\n master = yes\n pass = yes\n}\n"
           "passdb {\n driver = passwd-file\n args = username_format=%u " +
           folder_ +
           "/users\n}\n"
           "userdb {\n driver = passwd-file\n args = username_format=%u " +
           folder_ + "/users\n default_fields = uid=nobody gid=nogroup home=" + folder_ +
           "/mail/%u\n}\n"
           "service imap-login {\n inet_listener imap {\n address = 127.0.0.1\n port = " +
           std::to_string(port_) +
           "\n }\n inet_listener imaps {\n port = 0\n }\n}\n"
           "namespace inbox {\n inbox = yes\n mailbox Junk {\n auto = create\n special_use = \\Junk\n }\n}\n";
  }

  bool spawn() {
    const std::string config = folder_ + "/dovecot.conf";
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execl("/usr/sbin/dovecot", "dovecot", "-F", "-c", config.c_str(), nullptr);
      ::_exit(127);
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < end) {
      if (log().find("starting up") != std::string::npos) return true;
      if (::waitpid(pid_, nullptr, WNOHANG) == pid_) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  const std::string folder_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace linkgate::net
