// TLS of the HTTP server: it serves, and a renewed certificate is used without a restart.

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <thread>

#include "net/http.h"
#include "net/tls.h"

namespace linkgate::net {
namespace {

namespace ssl = boost::asio::ssl;
using namespace std::chrono_literals;

// A self-signed certificate and its key for `name`, written as PEM.
void write_certificate(const TlsFiles& files, const char* name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1,
                             -1, 0);
  X509_set_issuer_name(certificate, subject);
  X509_sign(certificate, key, EVP_sha256());
  // Written beside and renamed into place, as ACME clients do.
  std::string fresh_certificate = files.certificate + ".new", fresh_key = files.private_key + ".new";
  FILE* out = fopen(fresh_certificate.c_str(), "w");
  PEM_write_X509(out, certificate);
  fclose(out);
  out = fopen(fresh_key.c_str(), "w");
  PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  fclose(out);
  std::filesystem::rename(fresh_certificate, files.certificate);
  std::filesystem::rename(fresh_key, files.private_key);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

std::string subject_of(SSL_CTX* context) {
  char name[64] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(SSL_CTX_get0_certificate(context)), NID_commonName, name,
                            sizeof(name));
  return name;
}

class Tls : public testing::Test {
 protected:
  Tls() {
    char name[] = "/tmp/linkgate-tls-XXXXXX";
    folder_ = ::mkdtemp(name);
    files_ = {folder_ + "/cert.pem", folder_ + "/key.pem"};
    write_certificate(files_, "first");
  }
  ~Tls() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
  TlsFiles files_;
};

TEST_F(Tls, RequestsAreServedAndKnownToBeSecure) {
  asio::io_context io;
  HttpServerOptions options;
  options.listen = "127.0.0.1:0";
  options.tls = files_;
  HttpHandler handler = [](HttpRequest& request) -> asio::awaitable<HttpResponse> {
    HttpResponse response;
    response.body = request.secure ? "secure" : "plain";
    co_return response;
  };
  auto server = HttpServer::start(io, options, handler);
  ASSERT_TRUE(server) << server.error().message();
  std::string address = (*server)->address();
  std::thread thread([&] { io.run(); });

  asio::io_context client_io;
  ssl::context context(ssl::context::tls_client);
  ssl::stream<asio::ip::tcp::socket> stream(client_io, context);
  uint16_t port = static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), port});
  stream.handshake(ssl::stream_base::client);
  EXPECT_GE(SSL_version(stream.native_handle()), TLS1_2_VERSION);
  asio::write(stream,
              asio::buffer(std::string_view("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")));
  std::string text;
  boost::system::error_code error;
  asio::read(stream, asio::dynamic_buffer(text), error);
  EXPECT_TRUE(text.ends_with("\r\n\r\nsecure")) << text;
  EXPECT_EQ(error, asio::error::eof) << "closed with a close_notify, not cut off: " << error.message();

  asio::co_spawn(io, (*server)->stop(1s), asio::detached);
  thread.join();
}

TEST_F(Tls, ANewCertificateIsUsedAndABrokenOneIsNot) {
  auto tls = TlsContext::load(files_);
  ASSERT_TRUE(tls) << tls.error().message();
  auto now = std::chrono::steady_clock::now();
  auto before = (*tls)->current(now);
  EXPECT_EQ(subject_of(before->native_handle()), "first");
  write_certificate(files_, "second");
  EXPECT_EQ((*tls)->current(now + 1s), before) << "not looked at for every connection";
  auto after = (*tls)->current(now + 11s);
  EXPECT_EQ(subject_of(after->native_handle()), "second");
  EXPECT_EQ(subject_of(before->native_handle()), "first") << "connections that live keep theirs";

  fclose(fopen(files_.certificate.c_str(), "w"));
  EXPECT_EQ((*tls)->current(now + 22s), after);
  std::filesystem::remove(files_.certificate);
  EXPECT_EQ((*tls)->current(now + 33s), after);
  write_certificate(files_, "third");
  EXPECT_EQ(subject_of((*tls)->current(now + 44s)->native_handle()), "third");
}

TEST_F(Tls, AKeyOfAnotherCertificateIsRefusedAtStart) {
  TlsFiles other = {folder_ + "/other.pem", folder_ + "/other-key.pem"};
  write_certificate(other, "other");
  auto mixed = TlsContext::load({files_.certificate, other.private_key});
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_FALSE(TlsContext::load({"/nonexistent", files_.private_key}));
}

}  // namespace
}  // namespace linkgate::net
