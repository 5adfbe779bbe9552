#include "daemon/support/sha256.hpp"

#include "tests/support/catch.hpp"

using governor::daemon::Sha256;
using governor::daemon::sha256_hex;

// The examples of FIPS 180-2, appendix B.
TEST_CASE("SHA-256 gives the digests of the standard") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("it does not matter in which pieces the bytes come, and a digest begins anew") {
  Sha256 hash;
  for (const char* piece : {"", "a", "bc"}) hash.update(piece);
  CHECK(hash.hex_digest() == sha256_hex("abc"));
  CHECK(hash.hex_digest() == sha256_hex(""));
}
