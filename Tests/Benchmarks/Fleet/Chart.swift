// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Lines in one picture, the heights by their logarithm: an SVG file.
struct Chart {
    struct Line {
        var name: String
        var points: [(x: Double, y: Double)]
    }

    var title: String
    var across: String
    var upward: String
    var lines: [Line] = []

    private static let size = (width: 860.0, height: 440.0)
    private static let frame = (left: 70.0, top: 40.0, right: 560.0, bottom: 390.0)
    private static let colours = [
        "#7f7f7f", "#bcbd22", "#17becf", "#9467bd", "#ff7f0e", "#d62728", "#2ca02c", "#1f77b4",
    ]

    /// Writes the picture and says where it is.
    func write(to folder: String, as name: String) {
        let path = folder + "/" + name + ".svg"
        guard let file = fopen(path, "w") else {
            print("(no plot: cannot write \(path))")
            return
        }
        fputs(svg, file)
        fclose(file)
        print("\n(plot: \(path))")
    }

    private var svg: String {
        let xs = lines.flatMap { $0.points.map(\.x) }
        let ys = lines.flatMap { $0.points.map(\.y) }.filter { $0 > 0 }
        let (least, most) = (xs.min() ?? 0, max(xs.max() ?? 1, (xs.min() ?? 0) + 1))
        let decades = Self.decades(ys.min() ?? 1, ys.max() ?? 10)
        let frame = Self.frame
        func x(_ value: Double) -> Double {
            frame.left + (value - least) / (most - least) * (frame.right - frame.left)
        }
        func y(_ value: Double) -> Double {
            let share = (log10(max(value, 1e-9)) - decades.low) / (decades.high - decades.low)
            return frame.bottom - min(1, max(0, share)) * (frame.bottom - frame.top)
        }
        var text = Self.head
        text += Self.text(frame.left, 24, title, size: 15)
        text += Self.text(frame.left, frame.bottom + 36, across)
        text += Self.text(6, frame.top - 10, upward)
        for step in 0...4 {
            let value = least + (most - least) * Double(step) / 4
            text += Self.rule(x(value), frame.top, x(value), frame.bottom)
            text += Self.text(x(value) - 8, frame.bottom + 16, one(value))
        }
        for power in Int(decades.low)...Int(decades.high) {
            let height = y(pow(10, Double(power)))
            text += Self.rule(frame.left, height, frame.right, height)
            text += Self.text(18, height + 4, power >= 0 ? "\(Int(pow(10, Double(power))))" : "0.1")
        }
        for (index, line) in lines.enumerated() {
            let colour = Self.colours[index % Self.colours.count]
            let points = line.points.map { "\(one(x($0.x))),\(one(y($0.y)))" }.joined(separator: " ")
            text += "<polyline points=\"\(points)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"/>\n"
            let height = frame.top + 18 * Double(index) + 8
            text +=
                "<rect x=\"\(frame.right + 14)\" y=\"\(height - 9)\" width=\"10\" height=\"10\" fill=\"\(colour)\"/>\n"
            text += Self.text(frame.right + 30, height, line.name)
        }
        return text + "</svg>\n"
    }

    private static var head: String {
        let (width, height) = (Int(size.width), Int(size.height))
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" "
            + "height=\"\(height)\" font-family=\"sans-serif\">\n"
            + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    }

    /// Whole powers of ten around what is shown.
    private static func decades(_ least: Double, _ most: Double) -> (low: Double, high: Double) {
        let low = max(-1, log10(least).rounded(.down))
        return (low, max(low + 1, log10(most).rounded(.up)))
    }

    private static func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
        "<line x1=\"\(one(x1))\" y1=\"\(one(y1))\" x2=\"\(one(x2))\" y2=\"\(one(y2))\" stroke=\"#ddd\"/>\n"
    }

    private static func text(_ x: Double, _ y: Double, _ text: String, size: Int = 12) -> String {
        let safe = text.map { $0 == "<" ? "&lt;" : $0 == "&" ? "&amp;" : String($0) }.joined()
        return "<text x=\"\(one(x))\" y=\"\(one(y))\" font-size=\"\(size)\">\(safe)</text>\n"
    }
}
