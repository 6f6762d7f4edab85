// The promise that a restart refuses no connection, tried with a program that serves a socket handed down.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <set>
#include <thread>

#include "base/readiness.h"
#include "net/listener.h"
#include "supervise/supervisor.h"

namespace linkgate::supervise {
namespace {

using std::chrono::milliseconds;

// Not a test but the program under supervision: this binary again, with this one test chosen. It answers
// every connection with its process number, and finishes what it has accepted before it ends.
TEST(ChildProgram, DISABLED_TellsItsProcessNumber) {
  StopSignal stop;
  const int listener = net::inherited_fd("click.0");
  ASSERT_GE(listener, 0);
  announce_ready();
  const std::string answer = std::to_string(::getpid()) + "\n";
  while (!stop.arrived()) {
    pollfd waiting[2] = {{listener, POLLIN, 0}, {stop.fd(), POLLIN, 0}};
    ::poll(waiting, 2, -1);
    const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    EXPECT_EQ(::send(client, answer.data(), answer.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(answer.size()));
    ::close(client);
  }
}

// One connection: what the program answered, or "" where it was refused or cut.
std::string ask(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) {
    char bytes[64];
    for (ssize_t got = 0; (got = ::recv(fd, bytes, sizeof bytes, 0)) > 0;)
      answer.append(bytes, static_cast<size_t>(got));
  }
  ::close(fd);
  return answer;
}

TEST(HandedDownSocket, KeepsAcceptingWhileItsProgramRestarts) {
  const auto listener = net::open_listener("127.0.0.1:0");
  ASSERT_TRUE(listener);
  const std::string address = net::local_address(*listener);
  const int port = std::stoi(address.substr(address.rfind(':') + 1));

  boost::asio::io_context io;
  Supervisor supervisor(io, {});
  supervisor.add({.name = "click.0",
                  .command = {std::filesystem::read_symlink("/proc/self/exe").string(),
                              "--gtest_also_run_disabled_tests",
                              "--gtest_filter=ChildProgram.DISABLED_TellsItsProcessNumber"},
                  .sockets = {{"click.0", *listener}},
                  .stage = 0,
                  .user = ""});
  supervisor.start(nullptr);

  constexpr int kRestarts = 4, kConnectionsBetween = 25;
  std::atomic<int> asked{0}, unanswered{0};
  std::atomic<bool> enough{false};
  std::set<std::string> processes;
  std::thread clients([&] {
    while (!enough) {
      const std::string answer = ask(port);
      if (answer.empty()) ++unanswered;
      processes.insert(answer);
      ++asked;
    }
  });
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  int done = 0;
  for (int next = kConnectionsBetween; done < kRestarts && std::chrono::steady_clock::now() < end;) {
    io.restart();
    io.run_for(milliseconds(5));
    const auto status = supervisor.programs()[0];
    if (asked < next || status.state != ProgramState::kRunning || status.restarts != done) continue;
    next = asked + kConnectionsBetween;
    EXPECT_TRUE(supervisor.restart("click.0"));
    ++done;
  }
  while (supervisor.programs()[0].restarts < kRestarts && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_for(milliseconds(5));
  }
  const int before = asked;
  while (asked < before + kConnectionsBetween && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_for(milliseconds(5));
  }
  enough = true;
  clients.join();
  EXPECT_EQ(unanswered, 0) << "of " << asked;
  EXPECT_EQ(processes.size(), 1U + kRestarts);
  ::close(*listener);
}

}  // namespace
}  // namespace linkgate::supervise
