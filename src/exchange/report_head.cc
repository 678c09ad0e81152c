// SPDX-License-Identifier: Apache-2.0
#include "exchange/report_head.h"

#include "base/text.h"
#include "exchange/audit_report.h"
#include "exchange/html.h"
#include "trust/sha256.h"

namespace ningyi::exchange {
namespace {

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto byte = [&](std::size_t k) {
            return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U;
        };
        const unsigned group = byte(0) << 16U | byte(1) << 8U | byte(2);
        for (unsigned k = 0; k < 4; ++k) out += i + k <= bytes.size() ? digits[group >> (18 - 6 * k) & 63U] : '=';
    }
    return out;
}

}  // namespace

std::string report_head(const model::Label& title, rule::Language language) {
    const bool english = language == rule::Language::en;
    return format(
        "<!doctype html>\n<html lang=\"{}\" data-lang=\"{}\" data-title-zh=\"{}\" data-title-en=\"{}\"><head><meta "
        "charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; "
        "script-src 'sha256-{}'; "
        "base-uri 'none'; form-action 'none'\"><meta name=\"referrer\" "
        "content=\"no-referrer\"><title>{}</title><style>{}</style></head><body>",
        english ? "en" : "zh-CN", english ? "en" : "zh", html_escaped(title.zh), html_escaped(title.en),
        base64(trust::sha256(report_style())), base64(trust::sha256(report_script())),
        html_escaped(english ? title.en : title.zh), report_style());
}

std::string report_foot() {
    return format("<script>{}</script></body></html>\n", report_script());
}

}  // namespace ningyi::exchange
