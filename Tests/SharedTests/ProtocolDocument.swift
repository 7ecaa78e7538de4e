// Reads docs/protocol.md: its test vectors and its tables. Neighbors: VectorTests, DescriptorTests.

import Foundation
import Shared

enum ProtocolDocument {
    static let text: String = {
        let url = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/protocol.md").standardized
        return (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    }()

    static var vectorNames: [String] {
        text.components(separatedBy: "```json vector=").dropFirst().map { block in
            String(block.prefix { !$0.isNewline })
        }
    }

    static func vector(_ name: String) throws -> TestVector {
        let blocks = text.components(separatedBy: "```json vector=\(name)\n")
        guard blocks.count == 2, let body = blocks[1].components(separatedBy: "```").first,
            let json = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        else { throw VectorError.missing(name) }
        return TestVector(json: json)
    }
}

enum VectorError: Error { case missing(String) }

/// One block: bytes are in hexadecimal.
struct TestVector {
    let json: [String: Any]

    func bytes(_ key: String) throws -> [UInt8] {
        guard let bytes = Shared.bytes(hex: try text(key)) else { throw VectorError.missing(key) }
        return bytes
    }

    func hash(_ key: String) throws -> Hash {
        guard let hash = Hash(try bytes(key)) else { throw VectorError.missing(key) }
        return hash
    }

    func text(_ key: String) throws -> String {
        guard let text = json[key] as? String else { throw VectorError.missing(key) }
        return text
    }

    func number(_ key: String) throws -> UInt64 {
        guard let number = json[key] as? Int else { throw VectorError.missing(key) }
        return UInt64(number)
    }

    func hashes(_ key: String) throws -> [Hash] {
        guard let list = json[key] as? [String] else { throw VectorError.missing(key) }
        return try list.map { text in
            guard let hash = Shared.bytes(hex: text).flatMap({ Hash($0) }) else {
                throw VectorError.missing(key)
            }
            return hash
        }
    }
}
