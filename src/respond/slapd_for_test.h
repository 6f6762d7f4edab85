#pragma once
// An OpenLDAP server of a test's own on loopback, with or without TLS; where there is none, tests are
// skipped, loudly.

#include <gtest/gtest.h>
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

#include "base/config.h"
#include "net/listener.h"
#include "respond/ldap_directory.h"

namespace linkgate::respond {

class Slapd {
 public:
  static constexpr const char* kAdmin = "cn=admin,dc=corp,dc=test";

  // Absent where there is none; `why` says so. `ldif` is what it holds besides dc=corp,dc=test itself.
  static std::unique_ptr<Slapd> start(const std::string& ldif, std::string* why) {
    if (::access("/usr/sbin/slapd", X_OK) != 0) {
      *why = "needs slapd";
      return nullptr;
    }
    char folder[] = "/tmp/linkgate-slapd-XXXXXX";
    if (::mkdtemp(folder) == nullptr) return nullptr;
    std::unique_ptr<Slapd> server(new Slapd(folder));
    server->configure();
    if (server->fill(ldif) && server->run()) return server;
    *why = "slapd does not start";
    return nullptr;
  }
  ~Slapd() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  // To read its groups as the administrator.
  LdapConfig config() const {
    LdapConfig config;
    config.url = "ldap://127.0.0.1:" + std::to_string(port_);
    config.bind_dn = kAdmin;
    config.password_file = folder_ + "/password";
    config.base = "ou=groups,dc=corp,dc=test";
    config.people_base = "dc=corp,dc=test";
    return config;
  }
  std::string certificate() const { return folder_ + "/cert.pem"; }

  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  // While it is stopped: from now on it holds this.
  bool fill(const std::string& ldif) const {
    std::filesystem::remove_all(folder_ + "/db");
    std::filesystem::create_directories(folder_ + "/db");
    std::ofstream(folder_ + "/data.ldif")
        << "dn: dc=corp,dc=test\nobjectClass: dcObject\nobjectClass: organization\no: Corp\ndc: corp\n\n"
        << ldif;
    const std::string command = "/usr/sbin/slapadd -f " + folder_ + "/slapd.conf -l " + folder_ +
                                "/data.ldif > " + folder_ + "/slapadd.log 2>&1";
    return ::system(command.c_str()) == 0;  // NOLINT: our own words
  }
  bool run() {
    const std::string url = "ldap://127.0.0.1:" + std::to_string(port_) + "/";
    const std::string file = folder_ + "/slapd.conf";
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execl("/usr/sbin/slapd", "slapd", "-f", file.c_str(), "-h", url.c_str(), "-d", "0", nullptr);
      ::_exit(127);
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < end) {
      if (read_directory(config())) return true;
      if (::waitpid(pid_, nullptr, WNOHANG) == pid_) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

 private:
  explicit Slapd(std::string folder) : folder_(std::move(folder)) {}

  void configure() {
    const auto taken = net::open_listener("127.0.0.1:0");
    const std::string address = net::local_address(*taken);
    port_ = std::stoi(address.substr(address.rfind(':') + 1));
    ::close(*taken);
    std::ofstream(folder_ + "/password") << "correct horse\n";
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ldap "
        "-addext subjectAltName=IP:127.0.0.1 -keyout " +
        folder_ + "/key.pem -out " + certificate() + " 2>/dev/null";
    EXPECT_EQ(::system(make.c_str()), 0);  // NOLINT: our own words
    std::ofstream conf(folder_ + "/slapd.conf");
    for (const char* schema : {"core", "cosine", "inetorgperson"})
      conf << "include /etc/ldap/schema/" << schema << ".schema\n";
    conf << "pidfile " << folder_ << "/pid\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n"
         << "TLSCertificateFile " << certificate() << "\nTLSCertificateKeyFile " << folder_ << "/key.pem\n"
         << "sizelimit size.prtotal=unlimited\n"
         << "database mdb\nsuffix \"dc=corp,dc=test\"\nrootdn \"" << kAdmin
         << "\"\nrootpw \"correct horse\"\ndirectory " << folder_ << "/db\n";
  }

  std::string folder_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace linkgate::respond
