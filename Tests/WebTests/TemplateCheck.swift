import Mustache

@testable import Web

/// Goes through templates as rendering does, but strictly: what rendering would leave empty in silence, it notes.
struct TemplateCheck {
    private(set) var faults: Set<String> = []
    /// The sections whose inside was reached, as `template: {{#name}} no. n`.
    private(set) var reached: Set<String> = []
    private var parsed: [String: [Node]] = [:]

    private indirect enum Node {
        case variable(String)
        case section(String, id: String, [Node])
        case inverted(String, id: String, [Node])
        case partial(String)
        case parent(String, blocks: [String: [Node]])
        case block(String, [Node])
    }

    private enum Found {
        case missing
        case value(Any?)
    }

    /// Every section of every template.
    static var sections: Set<String> {
        var check = TemplateCheck()
        return Set(Templates.all.keys.flatMap { check.ids(in: check.nodes(of: $0)) })
    }

    mutating func check(_ template: String, data: [String: Any]) {
        walk(nodes(of: template), in: template, [data], [:])
    }

    private mutating func walk(_ nodes: [Node], in template: String, _ stack: [Any], _ blocks: [String: [Node]]) {
        for node in nodes {
            switch node {
            case .variable(let name):
                if case .value(.some) = find(name, stack) { continue }
                faults.insert("\(template): {{\(name)}} has no value")
            case .section(let name, let id, let inner):
                guard case .value(let value) = find(name, stack) else {
                    faults.insert("\(template): {{#\(name)}} is unknown")
                    continue
                }
                for context in contexts(value) {
                    reached.insert(id)
                    walk(inner, in: template, stack + (context.map { [$0] } ?? []), blocks)
                }
            case .inverted(let name, let id, let inner):
                guard case .value(let value) = find(name, stack) else {
                    faults.insert("\(template): {{^\(name)}} is unknown")
                    continue
                }
                if contexts(value).isEmpty {
                    reached.insert(id)
                    walk(inner, in: template, stack, blocks)
                }
            case .partial(let name):
                walk(self.nodes(of: name), in: name, stack, blocks)
            case .parent(let name, let own):
                walk(self.nodes(of: name), in: name, stack, own.merging(blocks) { _, outer in outer })
            case .block(let name, let inner):
                walk(blocks[name] ?? inner, in: template, stack, blocks)
            }
        }
    }

    /// What a section's inside is gone through with: nothing at all, the same context once more, or each of the values.
    private func contexts(_ value: Any?) -> [Any?] {
        switch value {
        case nil: []
        case let flag as Bool: flag ? [nil] : []
        case let list as [Any]: list
        case let value?: [value]
        }
    }

    private func find(_ name: String, _ stack: [Any]) -> Found {
        if name == "." { return .value(stack.last) }
        let parts = name.split(separator: ".").map(String.init)
        for object in stack.reversed() {
            guard case .value(var value) = child(parts[0], of: object) else { continue }
            for part in parts.dropFirst() {
                guard let object = value, case .value(let next) = child(part, of: object) else { return .missing }
                value = next
            }
            return .value(value)
        }
        return .missing
    }

    private func child(_ name: String, of object: Any) -> Found {
        if let parent = object as? any MustacheParent {
            return parent.child(named: name).map { .value($0) } ?? .missing
        }
        guard let child = Mirror(reflecting: object).children.first(where: { $0.label == name }) else { return .missing }
        let mirror = Mirror(reflecting: child.value)
        return mirror.displayStyle == .optional ? .value(mirror.children.first?.value) : .value(child.value)
    }

    private func ids(in nodes: [Node]) -> [String] {
        nodes.flatMap { node in
            switch node {
            case .section(_, let id, let inner), .inverted(_, let id, let inner): [id] + ids(in: inner)
            case .parent(_, let blocks): blocks.values.flatMap(ids)
            case .block(_, let inner): ids(in: inner)
            case .variable, .partial: [String]()
            }
        }
    }

    // MARK: Parsing

    private mutating func nodes(of template: String) -> [Node] {
        if let nodes = parsed[template] { return nodes }
        guard let bytes = Templates.all[template] else {
            faults.insert("there is no template '\(template)'")
            return []
        }
        let tags = String(decoding: bytes, as: UTF8.self).matches(of: /\{\{([#^\/<>$]?)\s*([^}]+?)\s*\}\}/)
        var rest = tags.enumerated().map { ($0.offset, String($0.element.1), String($0.element.2)) }[...]
        let nodes = Self.parse(&rest, template)
        parsed[template] = nodes
        return nodes
    }

    private static func parse(_ tags: inout ArraySlice<(Int, String, String)>, _ template: String) -> [Node] {
        var nodes: [Node] = []
        while let (number, kind, name) = tags.popFirst() {
            let id = "\(template): {{\(kind)\(name)}} no. \(number)"
            switch kind {
            case "/": return nodes
            case "#": nodes.append(.section(name, id: id, parse(&tags, template)))
            case "^": nodes.append(.inverted(name, id: id, parse(&tags, template)))
            case ">": nodes.append(.partial(name))
            case "$": nodes.append(.block(name, parse(&tags, template)))
            case "<":
                var blocks: [String: [Node]] = [:]
                for case .block(let name, let inner) in parse(&tags, template) { blocks[name] = inner }
                nodes.append(.parent(name, blocks: blocks))
            default: nodes.append(.variable(name))
            }
        }
        return nodes
    }
}
