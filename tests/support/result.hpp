#pragma once

#include <string>

#include "ipc/error.hpp"
#include "tests/support/catch.hpp"

/// Failed checks show the error; the value may be something that cannot be printed.
template <class T>
struct Catch::StringMaker<boost::system::result<T, governor::ipc::Error>> {
  static std::string convert(const boost::system::result<T, governor::ipc::Error>& result) {
    if (result) return "{value}";
    const auto& error = result.error();
    return "{" + std::string(governor::ipc::code_name(error.code)) + ": " + error.message + "}";
  }
};

template <>
struct Catch::StringMaker<governor::ipc::Errc> {
  static std::string convert(governor::ipc::Errc code) { return std::string(governor::ipc::code_name(code)); }
};
