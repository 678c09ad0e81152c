// SPDX-License-Identifier: Apache-2.0
#include "exchange/rejects.h"

#include <unistd.h>

#include "base/disk.h"
#include "base/text.h"
#include "exchange/csv.h"

namespace ningyi::exchange {
namespace {

constexpr std::size_t shown_characters = 120;
constexpr std::size_t buffered_bytes = std::size_t{64} << 10U;

}  // namespace

std::string cut(std::string_view value, std::size_t characters) {
    std::string text;
    std::size_t at = 0;
    for (std::size_t i = 0; i < characters && at < value.size(); ++i)
        append_code_point(text, next_code_point(value, at));
    if (at < value.size()) text += "…";
    return text;
}

std::string first_character(std::string_view value) {
    if (value.empty()) return {};
    std::string text;
    std::size_t at = 0;
    append_code_point(text, next_code_point(value, at));
    return text + "***";
}

Rejects::Rejects(std::string path) : path_(std::move(path)) {
    if (path_.empty()) return;
    file_ = std::fopen(path_.c_str(), "wbe");
    if (file_ == nullptr) throw_disk_error(path_);
    // With the mark, spreadsheet programs read the Chinese right.
    buffer_ = "\xEF\xBB\xBF";
    CsvWriter csv(buffer_);
    for (const std::string_view name : {"file", "line", "column", "value", "expected_zh", "expected_en"})
        csv.text(name);
    csv.end_row();
}

Rejects::~Rejects() {
    if (file_ != nullptr) std::fclose(file_);
}

void Rejects::add(const Reject& reject) {
    ++count_;
    if (hear_) hear_(reject);
    if (file_ == nullptr) return;
    CsvWriter csv(buffer_);
    csv.text(reject.file);
    if (reject.line > 0) {
        csv.integer(reject.line);
    } else {
        csv.empty();
    }
    csv.text(reject.column);
    csv.text(cut(reject.value, shown_characters));
    csv.text(reject.zh);
    csv.text(reject.en);
    csv.end_row();
    if (buffer_.size() >= buffered_bytes) flush();
}

void Rejects::add(const Fault& fault) {
    add(Reject{.file = fault.file,
               .line = fault.line,
               .column = fault.column > 0 ? std::to_string(fault.column) : "",
               .value = "",
               .zh = fault.zh,
               .en = fault.en});
}

void Rejects::flush() {
    if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size()) throw_disk_error(path_);
    buffer_.clear();
}

void Rejects::finish() {
    if (file_ == nullptr) return;
    flush();
    if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) throw_disk_error(path_);
    std::FILE* const file = file_;
    file_ = nullptr;
    if (std::fclose(file) != 0) throw_disk_error(path_);
}

}  // namespace ningyi::exchange
