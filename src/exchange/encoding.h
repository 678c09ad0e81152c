// SPDX-License-Identifier: Apache-2.0
// Recognises the encoding of a text file by its first bytes and names it in the words of the program that saved it.
// GBK and GB18030 can be read; UTF-16 and binary files cannot, and are told apart so that the message can say what to
// do.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "exchange/bytes.h"

namespace ningyi::exchange {

enum class Encoding { utf8, gb18030, utf16_le, utf16_be, workbook, old_workbook, archive, binary };

// The encoding of a file that begins with `start`. A character cut off at the end of `start` does not count against
// UTF-8; what is neither UTF-8 nor GB18030 is `binary`.
Encoding encoding_of(std::string_view start);

// What is wrong with reading such a file as CSV and what to do. REQUIRES: neither utf8 nor gb18030.
Fault fault_of(Encoding encoding, const std::string& file);

// `source`, whose bytes are GB18030 (of which GBK is a part), as UTF-8. Bytes that are no character are a fault with
// their offset.
std::unique_ptr<ByteSource> from_gb18030(std::unique_ptr<ByteSource> source, const std::string& file);

}  // namespace ningyi::exchange
