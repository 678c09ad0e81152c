// SPDX-License-Identifier: Apache-2.0
#include "exchange/xml.h"

#include <expat.h>

#include "base/text.h"

namespace ningyi::exchange {
namespace {

constexpr int max_depth = 64;
constexpr int piece_bytes = 32768;

std::string_view local_name(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

struct XmlStream::Parser {
    std::unique_ptr<ByteSource> source;
    std::string file;
    XmlVisitor visitor;
    XML_Parser expat = nullptr;
    int depth = 0;
    bool too_deep = false, has_doctype = false, done = false;
    XmlAttributes attributes;

    static void XMLCALL on_begin(void* user, const XML_Char* name, const XML_Char** pairs) {
        auto& self = *static_cast<Parser*>(user);
        if (++self.depth > max_depth) {
            self.too_deep = true;
            XML_StopParser(self.expat, XML_FALSE);
            return;
        }
        self.attributes.clear();
        for (; *pairs != nullptr; pairs += 2) self.attributes.emplace_back(local_name(pairs[0]), pairs[1]);
        if (self.visitor.begin) self.visitor.begin(local_name(name), self.attributes);
    }

    static void XMLCALL on_end(void* user, const XML_Char* name) {
        auto& self = *static_cast<Parser*>(user);
        --self.depth;
        if (self.visitor.end) self.visitor.end(local_name(name));
    }

    static void XMLCALL on_text(void* user, const XML_Char* text, int size) {
        auto& self = *static_cast<Parser*>(user);
        if (self.visitor.text) self.visitor.text({text, static_cast<std::size_t>(size)});
    }

    static void XMLCALL on_doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
        auto& self = *static_cast<Parser*>(user);
        self.has_doctype = true;
        XML_StopParser(self.expat, XML_FALSE);
    }
};

XmlStream::XmlStream(std::unique_ptr<ByteSource> source, std::string file, XmlVisitor visitor)
    : parser_(std::make_unique<Parser>()) {
    parser_->source = std::move(source);
    parser_->file = std::move(file);
    parser_->visitor = std::move(visitor);
    parser_->expat = XML_ParserCreate(nullptr);
    if (parser_->expat == nullptr) throw MachineError("out of memory for an XML parser");
    XML_SetUserData(parser_->expat, parser_.get());
    XML_SetElementHandler(parser_->expat, Parser::on_begin, Parser::on_end);
    XML_SetCharacterDataHandler(parser_->expat, Parser::on_text);
    XML_SetStartDoctypeDeclHandler(parser_->expat, Parser::on_doctype);
}

XmlStream::~XmlStream() {
    XML_ParserFree(parser_->expat);
}

Result<bool> XmlStream::advance() {
    Parser& self = *parser_;
    if (self.done) return false;
    void* const buffer = XML_GetBuffer(self.expat, piece_bytes);
    if (buffer == nullptr) throw MachineError("out of memory for an XML parser");
    const auto count = self.source->read(static_cast<char*>(buffer), piece_bytes);
    if (!count) return tl::unexpected(count.error());
    self.done = *count == 0;
    if (XML_ParseBuffer(self.expat, static_cast<int>(*count), self.done ? 1 : 0) != XML_STATUS_ERROR) return !self.done;
    Fault fault{.file = self.file,
                .line = static_cast<int>(XML_GetCurrentLineNumber(self.expat)),
                .column = static_cast<int>(XML_GetCurrentColumnNumber(self.expat)) + 1,
                .code = "E831"};
    if (self.has_doctype) {
        fault.zh = "XML 含有文档类型声明（DOCTYPE），出于安全不予读取";
        fault.en = "the XML has a document type declaration (DOCTYPE), which is refused for safety";
    } else if (self.too_deep) {
        fault.zh = format("XML 嵌套超过 {} 层", max_depth);
        fault.en = format("the XML is nested deeper than {}", max_depth);
    } else {
        const char* const why = XML_ErrorString(XML_GetErrorCode(self.expat));
        fault.zh = format("工作簿内的 XML 不完整或有错（{}）；请用表格软件重新保存", why);
        fault.en = format(
            "the XML inside the workbook is cut short or wrong ({}); save it again in a spreadsheet program", why);
    }
    return failure(std::move(fault));
}

std::string_view attribute(const XmlAttributes& attributes, std::string_view name) {
    for (const auto& [key, value] : attributes) {
        if (key == name) return value;
    }
    return {};
}

}  // namespace ningyi::exchange
