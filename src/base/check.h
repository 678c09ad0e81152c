// SPDX-License-Identifier: Apache-2.0
// CHECK stops the program when we are wrong. It stays on in every build. Input can never reach a CHECK.
#pragma once

#ifdef __FAST_MATH__
#error "findings must not depend on fast-math"
#endif

namespace ningyi {

// Prints the broken promise with its place and aborts.
[[noreturn]] void check_failed(const char* promise, const char* file, int line);

}  // namespace ningyi

#define NINGYI_CHECK(promise) ((promise) ? static_cast<void>(0) : ::ningyi::check_failed(#promise, __FILE__, __LINE__))
#define CHECK(promise) NINGYI_CHECK(promise)
