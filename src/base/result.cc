// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

namespace ningyi {

std::string to_text(const Fault& fault) {
    std::string text = fault.file;
    if (fault.line > 0) {
        text += ":" + std::to_string(fault.line);
        if (fault.column > 0) text += ":" + std::to_string(fault.column);
    }
    if (!text.empty()) text += ": ";
    if (!fault.code.empty()) text += fault.code + ": ";
    text += fault.zh;
    if (!fault.zh.empty() && !fault.en.empty()) text += " | ";
    text += fault.en;
    return text;
}

}  // namespace ningyi
