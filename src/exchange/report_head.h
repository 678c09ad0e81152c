// SPDX-License-Identifier: Apache-2.0
// How every page of ours begins: language, title, style, and a policy that lets nothing in from elsewhere.
#pragma once

#include <string>

#include "model/dictionary.h"
#include "rule/explain.h"

namespace ningyi::exchange {

// Up to and with <body>: style and script of the report are allowed, nothing else is. The page ends with
// report_foot().
std::string report_head(const model::Label& title, rule::Language language);
// The script, and the end of the page.
std::string report_foot();

}  // namespace ningyi::exchange
