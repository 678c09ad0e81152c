// SPDX-License-Identifier: Apache-2.0
// A stream of XML elements and text, pushed in piece by piece: workbooks, tracks. Document types and entities are
// refused; depth and text are bounded. Not a tree.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace ningyi {

using XmlAttributes = std::vector<std::pair<std::string_view, std::string_view>>;

// Names come without their namespace prefix ("x:row" is "row").
struct XmlVisitor {
    std::function<void(std::string_view name, const XmlAttributes& attributes)> begin;
    std::function<void(std::string_view name)> end;
    std::function<void(std::string_view text)> text;  // of one element in one or more pieces
};

struct XmlLimits {
    int depth = 64;
    std::size_t text_bytes = std::size_t{16} << 20U;  // between two tags
};

class XmlParser {
public:
    // `file` is named in faults.
    XmlParser(std::string file, XmlVisitor visitor, const XmlLimits& limits = {});
    ~XmlParser();
    XmlParser(const XmlParser&) = delete;
    XmlParser& operator=(const XmlParser&) = delete;

    // Hands the next piece of the document to the visitor; with the last one the document must be complete. Faults,
    // with line and column: not well-formed, a document type, beyond the limits. After a fault nothing more may be fed.
    Result<bool> feed(std::string_view piece, bool is_last);

    // Where the parser stands, from 1: inside a visitor, where the element or text begins.
    int line() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The value of an attribute, or nothing.
std::string_view attribute(const XmlAttributes& attributes, std::string_view name);

}  // namespace ningyi
