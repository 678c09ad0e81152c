// SPDX-License-Identifier: Apache-2.0
#include "exchange/html.h"

#include "base/text.h"

namespace ningyi::exchange {

std::string html_escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t from = at;
        const char32_t c = next_code_point(text, at);
        switch (c) {
            case U'&': out += "&amp;"; break;
            case U'<': out += "&lt;"; break;
            case U'>': out += "&gt;"; break;
            case U'"': out += "&quot;"; break;
            case U'\'': out += "&#39;"; break;
            default:
                if ((c < 0x20 && c != U'\n' && c != U'\t') || c == 0xFFFD)
                    append_code_point(out, 0xFFFD);
                else
                    out += text.substr(from, at - from);
        }
    }
    return out;
}

std::string both(std::string_view zh, std::string_view en) {
    if (zh == en) return html_escaped(zh);
    return "<span lang=\"zh-CN\" class=\"zh\">" + html_escaped(zh) + "</span><span lang=\"en\" class=\"en\">" +
           html_escaped(en) + "</span>";
}

std::string both(const model::Label& label) {
    return both(label.zh, label.en);
}

}  // namespace ningyi::exchange
