// SPDX-License-Identifier: Apache-2.0
// A stream of XML elements and text out of a byte source, for workbooks. Document types and entities are refused, depth
// and text are bounded. Not a tree.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "exchange/bytes.h"

namespace ningyi::exchange {

using XmlAttributes = std::vector<std::pair<std::string_view, std::string_view>>;

// Names come without their namespace prefix ("x:row" is "row").
struct XmlVisitor {
    std::function<void(std::string_view name, const XmlAttributes& attributes)> begin;
    std::function<void(std::string_view name)> end;
    std::function<void(std::string_view text)> text;
};

class XmlStream {
public:
    XmlStream(std::unique_ptr<ByteSource> source, std::string file, XmlVisitor visitor);
    ~XmlStream();
    XmlStream(const XmlStream&) = delete;
    XmlStream& operator=(const XmlStream&) = delete;

    // Feeds one piece of the source to the visitor; false when the document has ended. Faults: not well-formed, a
    // document type, deeper than 64, damaged source.
    Result<bool> advance();

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

// The value of an attribute, or nothing.
std::string_view attribute(const XmlAttributes& attributes, std::string_view name);

}  // namespace ningyi::exchange
