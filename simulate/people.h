// SPDX-License-Identifier: Apache-2.0
// Invented people and places to live: names, numbers, addresses. None of them can be a real person's: identity numbers
// carry the division code 990402 (GB/T 2260 assigns nothing under 99) with a right check digit, telephone numbers begin
// with 100 (Chinese mobile numbers begin with 13 to 19), organisation codes carry the same division code.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"
#include "base/time.h"

namespace ningyi::simulate {

constexpr const char* division_code = "990402";

enum class Sex { female, male };

std::string person_name(Random& random);

// 18 characters by GB 11643: division, birth date, sequence (odd for men), check digit by ISO 7064 MOD 11-2.
std::string identity_number(Date birth, std::int64_t person, Sex sex);

// The same with a check digit that is wrong.
std::string broken_identity_number(Date birth, std::int64_t person, Sex sex);

std::string telephone(std::int64_t number);

// 18 characters by GB 32100 (52: private non-enterprise unit), both check characters right.
std::string organisation_code(int number);

// A street or village address with a house number; the same `household` gives the same address.
std::string address(std::int64_t household, bool is_rural);

// The sub-district (街道) or town (镇) of that address.
std::string street(std::int64_t household, bool is_rural);

}  // namespace ningyi::simulate
