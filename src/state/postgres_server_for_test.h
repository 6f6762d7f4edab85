#pragma once
// A PostgreSQL of the test's own: a cluster in a temporary folder, reached by a unix socket there and by
// nothing else, stopped and removed at the end. Runs as the user `postgres` or `nobody` where the test is
// root (initdb refuses root).

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace linkgate::state {

class PostgresServer {
 public:
  // nullptr where PostgreSQL is not installed or does not start; *why says so.
  static std::unique_ptr<PostgresServer> start(std::string* why) {
    std::unique_ptr<PostgresServer> server(new PostgresServer);
    *why = server->set_up();
    return why->empty() ? std::move(server) : nullptr;
  }

  ~PostgresServer() {
    if (pid_ > 0) {
      ::kill(pid_, SIGINT);  // "fast shutdown"
      ::waitpid(pid_, nullptr, 0);
    }
    std::error_code error;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, error);
  }

  std::string location(const std::string& database) const {
    return "postgresql://linkgate@/" + database + "?host=" + folder_;
  }

  // A database that nobody used yet.
  std::string fresh_database() {
    const std::string name = "test" + std::to_string(++count_);
    PGconn* connection = PQconnectdb(location("postgres").c_str());
    PQclear(PQexec(connection, ("CREATE DATABASE " + name).c_str()));
    PQfinish(connection);
    return name;
  }

  // Ends every other connection to the database, as a restart of the server would.
  void terminate_connections(const std::string& database_location) const {
    PGconn* connection = PQconnectdb(database_location.c_str());
    PQclear(PQexec(connection,
                   "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                   "WHERE datname = current_database() AND pid <> pg_backend_pid()"));
    PQfinish(connection);
  }

 private:
  PostgresServer() = default;

  std::string set_up() {
    const std::string bin = find_binaries();
    if (bin.empty()) return "PostgreSQL's initdb and postgres are not installed";
    char folder[] = "/tmp/linkgate-pg-XXXXXX";
    if (::mkdtemp(folder) == nullptr) return "no temporary folder";
    folder_ = folder;
    if (::geteuid() == 0) {
      const passwd* user = ::getpwnam("postgres");
      if (user == nullptr) user = ::getpwnam("nobody");
      if (user == nullptr) return "no unprivileged user to run PostgreSQL as";
      uid_ = user->pw_uid;
      gid_ = user->pw_gid;
      if (::chown(folder, *uid_, *gid_) != 0) return "the temporary folder cannot be given away";
    }
    const std::string data = folder_ + "/data";
    const pid_t initdb = spawn({bin + "/initdb", "-D", data, "-U", "linkgate", "-A", "trust", "-E", "UTF8",
                                "--locale=C.UTF-8", "--no-sync"});
    int status = 0;
    if (initdb < 0 || ::waitpid(initdb, &status, 0) != initdb || status != 0) return "initdb failed";
    pid_ =
        spawn({bin + "/postgres", "-D", data, "-k", folder_, "-c", "listen_addresses=", "-c", "fsync=off"});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (PQping(location("postgres").c_str()) != PQPING_OK) {
      if (::waitpid(pid_, nullptr, WNOHANG) != 0 || std::chrono::steady_clock::now() > deadline) {
        return "postgres does not answer";
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return "";
  }

  static std::string find_binaries() {
    std::error_code error;
    for (const char* version : {"17", "16", "15", "14"}) {
      const std::string bin = std::string("/usr/lib/postgresql/") + version + "/bin";
      if (std::filesystem::exists(bin + "/initdb", error)) return bin;
    }
    return "";
  }

  pid_t spawn(const std::vector<std::string>& command) const {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (gid_ && ::setgid(*gid_) != 0) ::_exit(126);
    if (uid_ && ::setuid(*uid_) != 0) ::_exit(126);
    if (::chdir("/") != 0) ::_exit(126);
    const int null = ::open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2}) ::dup2(null, fd);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }

  std::string folder_;
  std::optional<uid_t> uid_;
  std::optional<gid_t> gid_;
  pid_t pid_ = -1;
  int count_ = 0;
};

}  // namespace linkgate::state
