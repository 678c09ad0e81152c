// SPDX-License-Identifier: Apache-2.0
#include "simulate/csv_file.h"

#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/result.h"

namespace ningyi::simulate {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 20U;
constexpr Millis china_offset_ms = 8 * hours_ms;

[[noreturn]] void fail(const std::string& path) {
    throw MachineError("写入失败 cannot write " + path + ": " + std::strerror(errno));
}

}  // namespace

CsvFile::CsvFile(const std::string& path, std::string_view header) : path_(path) {
    file_ = std::fopen(path.c_str(), "wb");
    if (file_ == nullptr) fail(path_);
    std::setvbuf(file_, nullptr, _IONBF, 0);
    buffer_.reserve(buffer_bytes + 4096);
    buffer_ += header;
    buffer_ += '\n';
}

CsvFile::~CsvFile() {
    if (file_ != nullptr) std::fclose(file_);
}

void CsvFile::write() {
    if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size()) fail(path_);
    bytes_ += static_cast<std::int64_t>(buffer_.size());
    buffer_.clear();
}

void CsvFile::close() {
    write();
    std::FILE* file = file_;
    file_ = nullptr;
    if (std::fclose(file) != 0) fail(path_);
}

void CsvFile::text(std::string_view value) {
    if (value.find_first_of(",\"\r\n") == std::string_view::npos) return plain(value);
    buffer_ += '"';
    for (const char c : value) {
        if (c == '"') buffer_ += '"';
        buffer_ += c;
    }
    buffer_ += "\",";
}

void CsvFile::plain(std::string_view value) {
    buffer_ += value;
    buffer_ += ',';
}

void CsvFile::digits(std::uint64_t value, int least) {
    char out[24];
    char* const end = std::to_chars(out, out + sizeof out, value).ptr;
    for (auto length = end - out; length < least; ++length) buffer_ += '0';
    buffer_.append(out, static_cast<std::size_t>(end - out));
}

void CsvFile::integer(std::int64_t value) {
    char out[24];
    buffer_.append(out, static_cast<std::size_t>(std::to_chars(out, out + sizeof out, value).ptr - out));
    buffer_ += ',';
}

void CsvFile::numbered(char prefix, std::int64_t number, int width) {
    buffer_ += prefix;
    digits(static_cast<std::uint64_t>(number), width);
    buffer_ += ',';
}

void CsvFile::tenths(std::int64_t value) {
    if (value < 0) buffer_ += '-';
    const auto size = static_cast<std::uint64_t>(value < 0 ? -value : value);
    digits(size / 10, 1);
    if (size % 10 != 0) {
        buffer_ += '.';
        buffer_ += static_cast<char>('0' + size % 10);
    }
    buffer_ += ',';
}

void CsvFile::millionths(std::int64_t value) {
    if (value < 0) buffer_ += '-';
    const auto size = static_cast<std::uint64_t>(value < 0 ? -value : value);
    digits(size / 1'000'000, 1);
    buffer_ += '.';
    digits(size % 1'000'000, 6);
    buffer_ += ',';
}

void CsvFile::instant(Instant value) {
    const Millis local = value.ms + china_offset_ms;
    Millis day = local / days_ms;
    if (local % days_ms < 0) --day;
    const auto second = static_cast<std::uint64_t>((local - day * days_ms) / seconds_ms);
    buffer_ += to_text(Date{static_cast<std::int32_t>(day)});
    buffer_ += 'T';
    digits(second / 3600, 2);
    buffer_ += ':';
    digits(second / 60 % 60, 2);
    buffer_ += ':';
    digits(second % 60, 2);
    buffer_ += "+08:00,";
}

void CsvFile::date(Date value) {
    plain(to_text(value));
}

void CsvFile::empty() {
    buffer_ += ',';
}

void CsvFile::end_row() {
    buffer_.back() = '\n';
    ++rows_;
    if (buffer_.size() >= buffer_bytes) write();
}

}  // namespace ningyi::simulate
