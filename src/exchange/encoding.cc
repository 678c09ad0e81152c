// SPDX-License-Identifier: Apache-2.0
#include "exchange/encoding.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/text.h"

namespace ningyi::exchange {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

// Cuts an unfinished UTF-8 character (at most three bytes) off the end.
std::string_view without_unfinished(std::string_view text) {
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const std::uint8_t byte = byte_at(text, text.size() - back);
        if (byte < 0x80) return text;
        if (byte >= 0xC0) {
            const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
            return length > back ? text.substr(0, text.size() - back) : text;
        }
    }
    return text;
}

// True if `text` is made of ASCII, two-byte and four-byte GB18030 characters; an unfinished one at the end is forgiven.
bool is_gb18030(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::uint8_t first = byte_at(text, at);
        if (first < 0x80) {
            ++at;
            continue;
        }
        if (first == 0x80 || first == 0xFF) return false;
        if (at + 1 >= text.size()) return true;
        const std::uint8_t second = byte_at(text, at + 1);
        if (second >= 0x30 && second <= 0x39) {
            if (at + 3 >= text.size()) return true;
            const std::uint8_t third = byte_at(text, at + 2);
            const std::uint8_t fourth = byte_at(text, at + 3);
            if (third < 0x81 || third == 0xFF || fourth < 0x30 || fourth > 0x39) return false;
            at += 4;
        } else if (second >= 0x40 && second != 0x7F && second != 0xFF) {
            at += 2;
        } else {
            return false;
        }
    }
    return true;
}

class Gb18030Source final : public ByteSource {
public:
    Gb18030Source(std::unique_ptr<ByteSource> source, std::string file)
        : source_(std::move(source)), file_(std::move(file)), converter_(::iconv_open("UTF-8", "GB18030")) {
        if (converter_ == reinterpret_cast<iconv_t>(-1)) throw MachineError("iconv cannot read GB18030");
    }
    ~Gb18030Source() override { ::iconv_close(converter_); }
    Gb18030Source(const Gb18030Source&) = delete;
    Gb18030Source& operator=(const Gb18030Source&) = delete;

    Result<std::size_t> read(char* to, std::size_t room) override {
        CHECK(room >= 16);
        CharacterBuffer out{to, room};
        while (out.room == room) {
            if (used_ == filled_ || starved_) {
                if (auto more = refill(); !more) return tl::unexpected(more.error());
                if (filled_ == 0) return 0;
            }
            char* from = input_.data() + used_;
            std::size_t left = filled_ - used_;
            const std::size_t before = left;
            const std::size_t result = ::iconv(converter_, &from, &left, &out.at, &out.room);
            offset_ += before - left;
            used_ = filled_ - left;
            if (result != static_cast<std::size_t>(-1)) continue;
            if (errno == E2BIG) {
                break;
            }
            if (errno == EINVAL && !ended_) {
                starved_ = true;
                continue;
            }
            return failure(Fault{
                .file = file_,
                .code = "E804",
                .zh = format("第 {} 字节处既不是 UTF-8 也不是 GBK/GB18030 字符；请用表格软件打开后另存为“CSV UTF-8”",
                             offset_),
                .en = format(
                    "byte {} is neither UTF-8 nor GBK/GB18030; open the file in a spreadsheet program and save it "
                    "as \"CSV UTF-8\"",
                    offset_)});
        }
        return room - out.room;
    }

private:
    struct CharacterBuffer {
        char* at;
        std::size_t room;
    };

    Result<bool> refill() {
        const std::size_t rest = filled_ - used_;
        std::copy_n(input_.data() + used_, rest, input_.data());
        used_ = 0;
        filled_ = rest;
        starved_ = false;
        auto count = source_->read(input_.data() + rest, input_.size() - rest);
        if (!count) return tl::unexpected(count.error());
        if (*count == 0) ended_ = true;
        filled_ += *count;
        return true;
    }

    std::unique_ptr<ByteSource> source_;
    std::string file_;
    iconv_t converter_;
    std::array<char, 32768> input_{};
    std::size_t used_ = 0, filled_ = 0, offset_ = 0;
    bool starved_ = false, ended_ = false;
};

}  // namespace

Encoding encoding_of(std::string_view start) {
    if (start.starts_with("PK\x03\x04")) {
        return start.find("[Content_Types].xml") != std::string_view::npos ||
                       start.find("xl/") != std::string_view::npos
                   ? Encoding::workbook
                   : Encoding::archive;
    }
    if (start.starts_with("\xD0\xCF\x11\xE0")) return Encoding::old_workbook;
    if (start.starts_with("\xFF\xFE")) return Encoding::utf16_le;
    if (start.starts_with("\xFE\xFF")) return Encoding::utf16_be;
    if (start.find('\0') != std::string_view::npos) {
        // UTF-16 without a mark: a header is mostly ASCII, so that every other byte is zero.
        std::size_t zeros[2] = {0, 0};
        for (std::size_t i = 0; i < start.size(); ++i) zeros[i % 2] += start[i] == '\0' ? 1 : 0;
        const std::size_t half = start.size() / 2;
        if (zeros[1] * 10 >= half * 4 && zeros[0] * 4 <= zeros[1]) return Encoding::utf16_le;
        if (zeros[0] * 10 >= half * 4 && zeros[1] * 4 <= zeros[0]) return Encoding::utf16_be;
        return Encoding::binary;
    }
    if (is_utf8(without_unfinished(start))) return Encoding::utf8;
    return is_gb18030(start) ? Encoding::gb18030 : Encoding::binary;
}

Fault fault_of(Encoding encoding, const std::string& file) {
    const std::string save_zh = "请用表格软件打开后另存为“CSV UTF-8（逗号分隔）”";
    const std::string save_en = "open it in a spreadsheet program and save it as \"CSV UTF-8 (comma delimited)\"";
    const auto named = [&](const std::string& zh, const std::string& en) {
        return Fault{.file = file,
                     .code = "E803",
                     .zh = format("{}，应为 UTF-8 编码的 CSV；{}", zh, save_zh),
                     .en = format("{}, expected CSV in UTF-8; {}", en, save_en)};
    };
    switch (encoding) {
        case Encoding::utf16_le:
            return named("文件编码为 UTF-16（小端，Excel 的“Unicode 文本”）", "the file is UTF-16 (little endian)");
        case Encoding::utf16_be: return named("文件编码为 UTF-16（大端）", "the file is UTF-16 (big endian)");
        case Encoding::workbook:
            return Fault{.file = file,
                         .code = "E803",
                         .zh = "这是 Excel 工作簿而不是 CSV；请把扩展名改为 .xlsx，或另存为 CSV UTF-8",
                         .en = "this is an Excel workbook, not CSV; name it .xlsx or save it as CSV UTF-8"};
        case Encoding::old_workbook: return named("这是旧版 Excel（.xls）文件", "this is an old Excel (.xls) workbook");
        case Encoding::archive: return named("这是压缩包而不是 CSV", "this is an archive, not CSV");
        default: return named("文件不是文本（既非 UTF-8 也非 GBK）", "the file is not text (neither UTF-8 nor GBK)");
    }
}

std::unique_ptr<ByteSource> from_gb18030(std::unique_ptr<ByteSource> source, const std::string& file) {
    return std::make_unique<Gb18030Source>(std::move(source), file);
}

}  // namespace ningyi::exchange
