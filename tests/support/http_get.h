// One HTTP request to a server of this process. Good for tests of what is shown
// over HTTP: it hides nothing of the answer's body.

#ifndef EVENLIGHT_TESTS_SUPPORT_HTTP_GET_H_
#define EVENLIGHT_TESTS_SUPPORT_HTTP_GET_H_

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace evenlight {

// A socket that is connected to the port of `address`, or -1.
inline int Connect(const std::string& address) {
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port));
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int file = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(file, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0) {
    return file;
  }
  close(file);
  return -1;
}

// The body of what `address` answers for `path`; empty if nobody listens, or
// answers within 5 seconds.
inline std::string HttpGet(const std::string& address,
                           const std::string& path) {
  const int file = Connect(address);
  if (file < 0) return "";
  // A server that stops may leave a connection it took unanswered and open.
  const timeval patience = {.tv_sec = 5, .tv_usec = 0};
  EXPECT_EQ(
      setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)),
      0);
  const std::string request =
      absl::StrCat("GET ", path, " HTTP/1.0\r\nHost: ", address, "\r\n\r\n");
  // Whoever listened may have gone since: then nothing is answered.
  (void)send(file, request.data(), request.size(), MSG_NOSIGNAL);
  std::string answer;
  char piece[4'096];
  for (ssize_t size; (size = read(file, piece, sizeof(piece))) > 0;) {
    answer.append(piece, static_cast<size_t>(size));
  }
  close(file);
  const size_t body = answer.find("\r\n\r\n");
  return body == std::string::npos ? "" : answer.substr(body + 4);
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SUPPORT_HTTP_GET_H_
