// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

/// What the kernel says about this process, read when somebody asks, named as Prometheus' own client libraries do.
enum ProcessMetrics {
    static func text() -> String {
        var text = ""
        func gauge(_ name: String, _ kind: String, _ value: String) {
            text += "# TYPE \(name) \(kind)\n\(name) \(value)\n"
        }
        var usage = rusage()
        if getrusage(numericCast(RUSAGE_SELF.rawValue), &usage) == 0 {
            let seconds = { (time: timeval) in Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
            gauge("process_cpu_seconds_total", "counter", "\(seconds(usage.ru_utime) + seconds(usage.ru_stime))")
        }
        // The second field of statm is the resident size in pages; proc(5).
        if let pages = field(1, of: "/proc/self/statm") {
            gauge("process_resident_memory_bytes", "gauge", "\(pages * Int(sysconf(Int32(_SC_PAGESIZE))))")
        }
        // Reading the folder itself holds one descriptor more; it is not ours.
        if let entries = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            gauge("process_open_fds", "gauge", "\(max(0, entries.count - 1))")
        }
        return text
    }

    private static func field(_ index: Int, of path: String) -> Int? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let fields = String(decoding: data, as: UTF8.self).split(separator: " ")
        return fields.indices.contains(index) ? Int(fields[index]) : nil
    }
}
