// Threads: every reply quotes the mail before it, links of ours included. A thread must not grow by that:
// each link is sealed once, for whoever reads it now, however often it was sealed, quoted and folded on the
// way.
#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "base/ascii.h"
#include "gateway/rewrite_one.h"
#include "mail/mime_structure.h"
#include "mail/transfer_encoding.h"

namespace linkgate::gateway {
namespace {

constexpr std::string_view kOrigin = "https://links.corp.test";
constexpr std::string_view kHost = "links.corp.test";
constexpr int kRounds = 5;
constexpr size_t kColumns = 76;
// Of equal length, so that the seals are, too.
constexpr std::array<std::string_view, 2> kReaders = {"ada@corp.test", "bob@corp.test"};

constexpr char kHtml[] = "text/html; charset=utf-8";
constexpr size_t kBreaks = 40;  // octets of line ends and quote marks where a client folds a link (DelSp)

struct Line {
  size_t depth = 0;
  std::string text;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  if (text.ends_with("\r\n")) text.remove_suffix(2);
  for (std::string_view line : ascii::split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    Line one;
    while (line.starts_with('>')) {
      ++one.depth;
      line.remove_prefix(1);
    }
    if (one.depth > 0 && line.starts_with(' ')) line.remove_prefix(1);
    one.text = line;
    lines.push_back(std::move(one));
  }
  return lines;
}

std::string marks(size_t depth) { return depth == 0 ? "" : std::string(depth, '>') + " "; }

// "> " before every line, as it stands: "> > text".
std::string quote_spaced(std::string_view text) {
  std::string out;
  if (text.ends_with("\r\n")) text.remove_suffix(2);
  for (std::string_view line : ascii::split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.append("> ").append(line).append("\r\n");
  }
  return out;
}

// ">> text"; lines that became too long go on in the next, at a space where there is one: `anywhere` breaks
// words, as careless clients and list servers do.
std::string quote_filled(std::string_view text, bool anywhere) {
  std::string out;
  for (const Line& line : lines_of(text)) {
    std::string_view rest = line.text;
    const size_t room = kColumns - line.depth - 2;
    do {
      size_t cut = rest.size();
      if (cut > room) {
        const size_t space = rest.rfind(' ', room);
        cut = anywhere ? room : space == std::string_view::npos ? std::min(rest.find(' '), cut) : space;
      }
      out.append(marks(line.depth + 1)).append(rest.substr(0, cut)).append("\r\n");
      rest.remove_prefix(cut);
      if (rest.starts_with(' ')) rest.remove_prefix(1);
    } while (!rest.empty());
  }
  return out;
}

// RFC 3676: lines that flow become one, of which the quote is made and broken again.
std::vector<Line> unflowed(std::string_view text, bool delsp) {
  std::vector<Line> paragraphs;
  bool flows = false;
  for (Line& line : lines_of(text)) {
    if (line.depth == 0 && line.text.starts_with(' ')) line.text.erase(0, 1);  // space-stuffed
    const bool goes_on = line.text.ends_with(' ') && line.text != "-- ";
    if (goes_on && delsp) line.text.pop_back();
    if (flows && paragraphs.back().depth == line.depth) {
      paragraphs.back().text += line.text;
    } else {
      paragraphs.push_back(std::move(line));
    }
    flows = goes_on;
  }
  return paragraphs;
}

std::string quote_flowed(std::string_view text, bool delsp) {
  std::string out;
  for (const Line& paragraph : unflowed(text, delsp)) {
    std::string_view rest = paragraph.text;
    while (rest.ends_with(' ')) rest.remove_suffix(1);
    const size_t room = kColumns - paragraph.depth - 4;
    while (rest.size() > room) {
      const size_t space = delsp ? room : rest.rfind(' ', room);
      size_t cut = space == std::string_view::npos ? rest.find(' ') : space;
      if (cut == std::string_view::npos) break;
      if (!delsp) ++cut;  // the space is the sign
      out.append(marks(paragraph.depth + 1)).append(rest.substr(0, cut)).append(delsp ? " \r\n" : "\r\n");
      rest.remove_prefix(cut);
    }
    out.append(marks(paragraph.depth + 1)).append(rest).append("\r\n");
  }
  return out;
}

// Outlook: nothing is marked, the whole stands below.
std::string quote_below(std::string_view text) {
  return "-----Original Message-----\r\nFrom: A. Sender\r\n\r\n" + std::string(text);
}

std::string quote_html(std::string_view html) {
  return "<blockquote type=\"cite\">" + std::string(html) + "</blockquote>\r\n";
}

struct Client {
  const char* name;
  const char* type;
  mail::Encoding encoding;
  std::function<std::string(std::string_view)> quote;
};

std::ostream& operator<<(std::ostream& out, const Client& client) { return out << client.name; }

std::string link(int number) {
  return "https://shop" + std::to_string(number) +
         ".example/offers/autumn?article=" + std::to_string(number) + "/page=1";
}

class QuotedThread : public testing::TestWithParam<Client> {
 protected:
  QuotedThread() {
    url::SealingKey key = url::generate_key(1, now_);
    key.state = url::KeyState::kSealing;
    keys_ = url::Keyring({key});
    sealing_.click_origin = kOrigin;
    sealing_.click_host = kHost;
    sealing_.keys = &keys_;
  }

  bool is_html() const { return std::string_view(GetParam().type).starts_with("text/html"); }
  bool is_flowed() const {
    return std::string_view(GetParam().type).find("flowed") != std::string_view::npos;
  }

  // New words above, with a link of their own.
  std::string paragraph(int number) const {
    const std::string url = link(number);
    if (is_html()) return "<p>See <a href=\"" + url + "\">our offer</a>.</p>\r\n";
    return "Round " + std::to_string(number) + ": please look at " + url + ", it is good\r\nand see <" + url +
           "> as well.\r\n\r\n";
  }

  std::string message(int round, const std::string& body) const {
    const Client& client = GetParam();
    std::string encoded = body;
    std::string encoding = "7bit";
    if (client.encoding == mail::Encoding::kQuotedPrintable) {
      encoded = mail::encode_quoted_printable(body, "\r\n", false);
      encoding = "quoted-printable";
    } else if (client.encoding == mail::Encoding::kBase64) {
      encoded = mail::encode_base64(body, kColumns, "\r\n") + "\r\n";
      encoding = "base64";
    }
    return "From: a@ext.test\r\nDate: Sat, 21 Nov 2026 22:52:1" + std::to_string(round) +
           " +0000\r\nSubject: Re: offers\r\nMIME-Version: 1.0\r\nContent-Type: " + client.type +
           "\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + encoded;
  }

  std::string delivered(const std::string& message, std::string_view reader) {
    const RewriteRequest request{.recipient = std::string(reader), .sender = "a@ext.test", .message_id = ""};
    const auto result = rewrite_one(message, request, policies_, sealing_, now_);
    EXPECT_TRUE(result) << result.error().message();
    return result ? result->bytes : "";
  }

  static std::string body_of(const std::string& message) {
    const auto structure = mail::scan_structure(message, mail::Limits());
    EXPECT_TRUE(structure);
    const mail::Entity& entity = structure->entities[0];
    return mail::decode(std::string_view(message).substr(entity.body.begin, entity.body.size()),
                        entity.encoding);
  }

  bool is_delsp() const { return std::string_view(GetParam().type).find("delsp") != std::string_view::npos; }

  // What a client shows: flowed lines joined, character references decoded.
  std::vector<Line> shown(std::string_view body) const {
    if (is_flowed()) return unflowed(body, is_delsp());
    if (!is_html()) return lines_of(body);
    std::string html(body);
    for (size_t at = html.find("&amp;"); at != std::string::npos; at = html.find("&amp;", at))
      html.erase(at + 1, 4);
    return lines_of(html);
  }

  // Takes every link of ours out of `text` and puts what `replace` makes of it in its place.
  static void each_link(std::string& text, const std::function<std::string(const std::string&)>& replace) {
    size_t at = 0;
    while ((at = text.find(kOrigin, at)) != std::string::npos) {
      const size_t size = text.find_first_of(" <>\",", at) - at;
      const std::string now = replace(text.substr(at, size));
      text.replace(at, size, now);
      at += now.size();
    }
  }

  // Every link of ours that a reader of this text could click.
  std::vector<std::string> links_of(std::string_view body) const {
    std::vector<std::string> found;
    for (Line& line : shown(body)) {
      each_link(line.text, [&](const std::string& link) {
        found.push_back(link);
        return std::string();
      });
    }
    return found;
  }

  // The words of the text in their depth of quoting, without regard to where lines break; seals taken off.
  std::vector<std::string> words_of(std::string_view body) const {
    std::vector<std::string> words;
    for (Line& line : shown(body)) {
      each_link(line.text, [&](const std::string& link) {
        const auto opened = url::open(link.substr(kOrigin.size()), kHost, keys_);
        return opened ? opened->claims.url : "does not open";
      });
      for (const std::string_view word : ascii::split(line.text, ' ')) {
        if (!word.empty()) words.push_back(std::string(line.depth, '>').append(word));
      }
    }
    return words;
  }

  std::string reply(int round, const std::string& to) const {
    return paragraph(round) + (to.empty() ? "" : GetParam().quote(to));
  }
  // What the reader of this round gets and quotes in the next.
  std::string read(int round, const std::string& body) {
    return body_of(delivered(message(round, body), reader(round)));
  }
  static std::string_view reader(int round) { return kReaders[round % kReaders.size()]; }

  Time now_ = Time(std::chrono::seconds(1'795'300'000));
  url::Keyring keys_;
  state::PolicyView policies_;
  SealingContext sealing_;
};

size_t links_a_round(const Client& client) { return client.type == std::string_view(kHtml) ? 1 : 2; }

TEST_P(QuotedThread, SealsEveryLinkOnceForWhoeverReadsItNow) {
  std::string body;
  for (int round = 1; round <= kRounds; ++round) {
    body = read(round, reply(round, body));
    const auto links = links_of(body);
    ASSERT_EQ(links.size(), round * links_a_round(GetParam())) << body;
    for (size_t i = 0; i < links.size(); ++i) {
      const auto opened = url::open(links[i].substr(kOrigin.size()), kHost, keys_);
      ASSERT_TRUE(opened) << links[i];
      EXPECT_FALSE(opened->repaired);
      EXPECT_EQ(opened->claims.recipient, reader(round));
      EXPECT_EQ(opened->claims.url, link(round - static_cast<int>(i / links_a_round(GetParam()))))
          << "the newest stands on top";
    }
  }
}

// Beside the same thread among people whose links nobody seals.
TEST_P(QuotedThread, GrowsByTheSealOfEachLinkAndNoMore) {
  std::string body, plain;
  size_t first = 0;
  for (int round = 1; round <= kRounds; ++round) {
    plain = reply(round, plain);
    body = read(round, reply(round, body));
    const size_t grown = body.size() - plain.size();
    const size_t links = round * links_a_round(GetParam());
    if (round == 1) first = grown / links;
    EXPECT_LE(grown, links * (first + kBreaks)) << "round " << round;
    EXPECT_EQ(words_of(body), words_of(plain)) << "words and quote marks stay";
  }
}

// Clients that break words. What is left of a link of ours opens nothing; sealing it would put a seal around
// a seal in every round.
class BrokenThread : public QuotedThread {};

TEST_P(BrokenThread, KeepsWhatIsLeftOfALinkAsItIs) {
  std::string body;
  for (int round = 1; round <= kRounds; ++round) {
    const std::string before = reply(round, body);
    body = read(round, before);
    EXPECT_EQ(body.find("%2F%2Flinks.corp.test"), std::string::npos) << "round " << round << "\n" << body;
    EXPECT_EQ(body.substr(body.size() - before.size() + paragraph(round).size()),
              before.substr(paragraph(round).size()))
        << "only the new links are sealed";
  }
}

INSTANTIATE_TEST_SUITE_P(Clients, BrokenThread,
                         testing::Values(Client{
                             "careless", "text/plain", mail::Encoding::kIdentity,
                             [](std::string_view text) { return quote_filled(text, true); }}),
                         [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Clients, QuotedThread,
    testing::Values(Client{"spaced", "text/plain", mail::Encoding::kIdentity, quote_spaced},
                    Client{"filled", "text/plain; charset=utf-8", mail::Encoding::kIdentity,
                           [](std::string_view text) { return quote_filled(text, false); }},
                    Client{"flowed", "text/plain; format=flowed", mail::Encoding::kIdentity,
                           [](std::string_view text) { return quote_flowed(text, false); }},
                    Client{"flowed_delsp", "text/plain; format=flowed; delsp=yes", mail::Encoding::kIdentity,
                           [](std::string_view text) { return quote_flowed(text, true); }},
                    Client{"quoted_printable", "text/plain", mail::Encoding::kQuotedPrintable, quote_spaced},
                    Client{"base64", "text/plain", mail::Encoding::kBase64, quote_spaced},
                    Client{"below", "text/plain", mail::Encoding::kIdentity, quote_below},
                    Client{"html", kHtml, mail::Encoding::kQuotedPrintable, quote_html}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace linkgate::gateway
