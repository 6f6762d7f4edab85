#pragma once
// What a program and its supervisor say to each other: "I am ready" and "please stop". Without a supervisor
// (started by hand, in a test) both work all the same.

namespace linkgate {

// Tells whoever started this program that it serves now: one byte to the descriptor named by the environment
// variable LINKGATE_READY_FD, which is then closed. Without that variable, and from the second call on,
// nothing happens. Call it after the last listener is up and before the first request is waited for; from one
// thread.
void announce_ready();

// SIGTERM and SIGINT as something that can be waited for, for programs without an event loop of their own.
// Construct in main before any thread starts: the signals are blocked in every thread from then on, until
// destruction.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  void wait();                    // returns once one of them has arrived
  bool arrived();                 // the same, without waiting
  int fd() const { return fd_; }  // readable once one of them has arrived; for poll

 private:
  bool consume(bool block);
  int fd_ = -1;
  bool arrived_ = false;
};

}  // namespace linkgate
