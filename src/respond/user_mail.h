#pragma once
// Mail that Linkgate itself writes to people. Pure.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "state/submission_store.h"

namespace linkgate::respond {

// A row of notices (state/notice_store.h) of this receiver is a mail to somebody; its "alert" says which.
inline constexpr std::string_view kUserMailReceiver = "user mail";
// Of an answer to a submission: "submission ID VERDICT". One of each is written.
std::string submission_notice(std::string_view id, std::string_view verdict);

struct UserMail {
  std::string to, subject;  // plain ASCII, of our making
  std::string body;         // UTF-8
  std::string key;          // part of the Message-ID: the same mail again is the same message
};
// A whole message (RFC 5322, CR LF).
std::string user_mail(const UserMail& mail, const std::string& from, Time now);

// What the analysts made of it. Links are written so that nothing makes a link of them.
UserMail submission_answer(const state::Submission& submission);

}  // namespace linkgate::respond
