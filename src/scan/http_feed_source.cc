// Feeds over HTTP: one document, asked for only where it changed.
#include "scan/feed_client.h"
#include "scan/feed_source.h"

namespace linkgate::scan {
namespace {

class HttpSource final : public FeedSource {
 public:
  HttpSource(std::string url, std::string accept, const std::atomic<bool>& cancelled,
             FeedClientOptions options)
      : url_(std::move(url)), accept_(std::move(accept)), client_(std::move(options), cancelled) {}

  void forget() override {
    etag_.clear();
    last_modified_.clear();
  }

  Result<std::optional<FeedBytes>> fetch_if_changed() override {
    std::vector<std::string> headers;
    if (!accept_.empty()) headers.push_back("Accept: " + accept_);
    if (!etag_.empty()) headers.push_back("If-None-Match: " + etag_);
    if (!last_modified_.empty()) headers.push_back("If-Modified-Since: " + last_modified_);
    TRY_ASSIGN(FeedAnswer answer, client_.get(url_, headers));
    if (answer.status == 304) return std::optional<FeedBytes>();
    if (answer.status != 200)
      return Error(ErrorCode::kUnavailable, "answers " + std::to_string(answer.status));
    if (answer.body.size() == 0) return Error(ErrorCode::kUnavailable, "answers 200 with nothing in it");
    etag_ = answer.header("etag");
    last_modified_ = answer.header("last-modified");
    return std::optional(std::move(answer.body));
  }

 private:
  const std::string url_, accept_;
  const FeedClient client_;
  std::string etag_, last_modified_;
};

}  // namespace

std::unique_ptr<FeedSource> http_source(std::string url, std::string accept,
                                        const std::atomic<bool>& cancelled, FeedClientOptions options) {
  return std::make_unique<HttpSource>(std::move(url), std::move(accept), cancelled, std::move(options));
}

}  // namespace linkgate::scan
