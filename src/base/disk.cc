// SPDX-License-Identifier: Apache-2.0
#include "base/disk.h"

#include <cerrno>
#include <cstring>

#include "base/result.h"
#include "base/text.h"

namespace ningyi {

void throw_disk_error(const std::string& path) {
    const char* reason = errno == 0 ? "unknown reason" : std::strerror(errno);
    throw MachineError(format(
        "{}：写不进去（{}）。已接收的内容没有丢失；腾出空间或改正权限后再运行一次 | "
        "{}: cannot be written ({}). Nothing accepted is lost; make room or mend the permissions and run it again",
        path, reason, path, reason));
}

}  // namespace ningyi
