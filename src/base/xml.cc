// SPDX-License-Identifier: Apache-2.0
#include "base/xml.h"

#include <expat.h>

#include "base/text.h"

namespace ningyi {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20U;  // expat counts in int

std::string_view local_name(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// What XML_ErrorString says, in Chinese, for what files are wrong in; the number for what hardly occurs.
std::string reason_zh(XML_Error error) {
    switch (error) {
        case XML_ERROR_NO_ELEMENTS: return "文件没有结束，或没有元素";
        case XML_ERROR_UNCLOSED_TOKEN: return "标签没有写完";
        case XML_ERROR_PARTIAL_CHAR: return "文字没有写完";
        case XML_ERROR_INVALID_TOKEN: return "不是合法的 XML 字符或写法";
        case XML_ERROR_TAG_MISMATCH: return "开始与结束的标签不一致";
        case XML_ERROR_DUPLICATE_ATTRIBUTE: return "属性重复";
        case XML_ERROR_JUNK_AFTER_DOC_ELEMENT: return "根元素之后还有内容";
        case XML_ERROR_UNDEFINED_ENTITY: return "使用了没有定义的实体";
        case XML_ERROR_UNKNOWN_ENCODING: return "不认识的编码";
        case XML_ERROR_INCORRECT_ENCODING: return "编码与声明不符";
        case XML_ERROR_UNBOUND_PREFIX: return "命名空间前缀没有声明";
        case XML_ERROR_MISPLACED_XML_PI: return "XML 声明不在开头";
        case XML_ERROR_BAD_CHAR_REF: return "字符引用不合法";
        default: return format("第 {} 号错误", static_cast<int>(error));
    }
}

}  // namespace

struct XmlParser::State {
    enum class Stop { none, too_deep, too_long, document_type };

    std::string file;
    XmlVisitor visitor;
    XmlLimits limits;
    XML_Parser expat = nullptr;
    int depth = 0;
    std::size_t text_bytes = 0;
    Stop stop = Stop::none;
    XmlAttributes attributes;

    void stop_for(Stop why) {
        stop = why;
        XML_StopParser(expat, XML_FALSE);
    }

    static void XMLCALL on_begin(void* user, const XML_Char* name, const XML_Char** pairs) {
        auto& self = *static_cast<State*>(user);
        self.text_bytes = 0;
        if (++self.depth > self.limits.depth) return self.stop_for(Stop::too_deep);
        self.attributes.clear();
        for (; *pairs != nullptr; pairs += 2) self.attributes.emplace_back(local_name(pairs[0]), pairs[1]);
        if (self.visitor.begin) self.visitor.begin(local_name(name), self.attributes);
    }

    static void XMLCALL on_end(void* user, const XML_Char* name) {
        auto& self = *static_cast<State*>(user);
        if (self.stop != Stop::none) return;  // expat still ends an empty element
        self.text_bytes = 0;
        --self.depth;
        if (self.visitor.end) self.visitor.end(local_name(name));
    }

    static void XMLCALL on_text(void* user, const XML_Char* text, int size) {
        auto& self = *static_cast<State*>(user);
        if (self.stop != Stop::none) return;
        self.text_bytes += static_cast<std::size_t>(size);
        if (self.text_bytes > self.limits.text_bytes) return self.stop_for(Stop::too_long);
        if (self.visitor.text) self.visitor.text({text, static_cast<std::size_t>(size)});
    }

    static void XMLCALL on_doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
        static_cast<State*>(user)->stop_for(Stop::document_type);
    }

    Fault fault() const {
        Fault fault{.file = file,
                    .line = static_cast<int>(XML_GetCurrentLineNumber(expat)),
                    .column = static_cast<int>(XML_GetCurrentColumnNumber(expat)) + 1,
                    .code = "E831"};
        switch (stop) {
            case Stop::document_type:
                fault.zh = "XML 含有文档类型声明（DOCTYPE），出于安全不予读取";
                fault.en = "the XML has a document type declaration (DOCTYPE), which is refused for safety";
                break;
            case Stop::too_deep:
                fault.zh = format("XML 嵌套超过 {} 层", limits.depth);
                fault.en = format("the XML is nested deeper than {}", limits.depth);
                break;
            case Stop::too_long:
                fault.zh = format("XML 中一段文字超过 {} KiB", limits.text_bytes >> 10U);
                fault.en = format("a text in the XML is longer than {} KiB", limits.text_bytes >> 10U);
                break;
            case Stop::none: {
                const char* const why = XML_ErrorString(XML_GetErrorCode(expat));
                fault.zh = format("XML 不完整或有错（{}）", reason_zh(XML_GetErrorCode(expat)));
                fault.en = format("the XML is cut short or wrong ({})", why);
                break;
            }
        }
        return fault;
    }
};

XmlParser::XmlParser(std::string file, XmlVisitor visitor, const XmlLimits& limits)
    : state_(std::make_unique<State>()) {
    state_->file = std::move(file);
    state_->visitor = std::move(visitor);
    state_->limits = limits;
    state_->expat = XML_ParserCreate(nullptr);
    if (state_->expat == nullptr) throw MachineError("out of memory for an XML parser");
    XML_SetUserData(state_->expat, state_.get());
    XML_SetElementHandler(state_->expat, State::on_begin, State::on_end);
    XML_SetCharacterDataHandler(state_->expat, State::on_text);
    XML_SetStartDoctypeDeclHandler(state_->expat, State::on_doctype);
}

XmlParser::~XmlParser() {
    XML_ParserFree(state_->expat);
}

Result<bool> XmlParser::feed(std::string_view piece, bool is_last) {
    do {
        const std::string_view part = piece.substr(0, piece_bytes);
        piece.remove_prefix(part.size());
        const int is_final = is_last && piece.empty() ? 1 : 0;
        if (XML_Parse(state_->expat, part.data(), static_cast<int>(part.size()), is_final) == XML_STATUS_ERROR) {
            if (XML_GetErrorCode(state_->expat) == XML_ERROR_NO_MEMORY)
                throw MachineError("out of memory for an XML parser");
            return failure(state_->fault());
        }
    } while (!piece.empty());
    return true;
}

int XmlParser::line() const {
    return static_cast<int>(XML_GetCurrentLineNumber(state_->expat));
}

std::string_view attribute(const XmlAttributes& attributes, std::string_view name) {
    for (const auto& [key, value] : attributes) {
        if (key == name) return value;
    }
    return {};
}

}  // namespace ningyi
