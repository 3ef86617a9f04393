import HTTPTypes
import Hummingbird
import JSON
import Kubernetes

/// Hetzner's half (https://docs.hetzner.cloud/reference/cloud).
extension StandInClouds {
    /// What each collection takes, and what of that must be there.
    private static let fields: [String: (known: Set<String>, needed: Set<String>)] = [
        "ssh_keys": (["name", "public_key", "labels"], ["name", "public_key"]),
        "networks": (["name", "ip_range", "subnets", "routes", "labels"], ["name", "ip_range"]),
        "firewalls": (["name", "rules", "apply_to", "labels"], ["name"]),
        "placement_groups": (["name", "type", "labels"], ["name", "type"]),
        "servers": (
            [
                "name", "server_type", "location", "image", "ssh_keys", "networks", "firewalls", "placement_group",
                "public_net", "labels", "user_data", "volumes", "automount", "start_after_create",
            ], ["name", "server_type", "image"]
        ),
        "volumes": (["name", "size", "server", "location", "automount", "format", "labels"], ["name", "size"]),
        "load_balancers": (
            [
                "name", "load_balancer_type", "location", "network_zone", "network", "public_interface", "algorithm",
                "services", "targets", "labels",
            ], ["name", "load_balancer_type", "algorithm"]
        ),
    ]
    static let serverTypes = ["cpx21": "x86", "cpx41": "x86", "cax21": "arm"]

    func hetzner(
        _ state: inout State, _ method: HTTPRequest.Method, _ path: [String], _ page: Int, _ body: JSONValue?
    ) -> Answer {
        switch (method, path.count, path.first ?? "") {
        case (.get, 1, "pricing"): return Answer(status: 200, body: Self.pricing)
        case (.get, 1, "server_types"):
            let types: [JSONValue] = Self.serverTypes.sorted { $0.key < $1.key }.map {
                ["name": .string($0.key), "architecture": .string($0.value)]
            }
            return list(types, "server_types", page)
        case (.get, 2, "actions"): return poll(&state, Int64(path[1]) ?? 0)
        case (.get, 1, let collection) where Self.fields[collection] != nil:
            return list(state.objects[collection] ?? [], collection, page)
        case (.post, 1, let collection): return create(&state, collection, body ?? [:])
        case (.post, 4, let collection) where path[2] == "actions":
            return act(&state, collection, Int64(path[1]) ?? 0, path[3], body ?? [:])
        case (.put, 2, "servers"): return relabel(&state, Int64(path[1]) ?? 0, body ?? [:])
        case (.delete, 2, "servers"):
            guard let index = index(state, "servers", Int64(path[1]) ?? 0) else { return Self.notFound }
            state.effects.append("delete servers \(state.objects["servers"]?[index]["name"]?.string ?? "")")
            state.objects["servers"]?.remove(at: index)
            return Answer(status: 200, body: ["action": begin(&state, "delete_server")])
        default: return .refused(404, "not_found", "no such path")
        }
    }

    private static let notFound = Answer.refused(404, "not_found", "no such object")

    private func list(_ all: [JSONValue], _ collection: String, _ page: Int) -> Answer {
        let (part, pages) = slice(all, page)
        let next: JSONValue = page < pages ? .integer(Int64(page + 1)) : .null
        return Answer(
            status: 200,
            body: [
                collection: .array(part),
                "meta": ["pagination": ["page": .integer(Int64(page)), "next_page": next]],
            ])
    }

    private func index(_ state: State, _ collection: String, _ id: Int64) -> Int? {
        state.objects[collection]?.firstIndex { $0["id"]?.integer == id }
    }

    // MARK: Actions

    private func begin(_ state: inout State, _ command: String) -> JSONValue {
        state.lastID += 1
        state.actions[state.lastID] = slowness
        return ["id": .integer(state.lastID), "command": .string(command), "status": slowness == 0 ? "success" : "running"]
    }

    private func poll(_ state: inout State, _ id: Int64) -> Answer {
        guard let left = state.actions[id] else { return Self.notFound }
        return Answer(
            status: 200,
            body: ["action": ["id": .integer(id), "command": "any", "status": left == 0 ? "success" : "running"]])
    }

    // MARK: Making

    private func create(_ state: inout State, _ collection: String, _ body: JSONValue) -> Answer {
        guard let fields = Self.fields[collection] else { return .refused(404, "not_found", "no such path") }
        let given = Set(body.members.map(\.name))
        let unknown = given.subtracting(fields.known)
        guard unknown.isEmpty else { return .refused(400, "invalid_input", "unknown fields: \(unknown.sorted())") }
        let missing = fields.needed.subtracting(given)
        guard missing.isEmpty else { return .refused(400, "invalid_input", "missing fields: \(missing.sorted())") }
        let name = body["name"]?.string ?? ""
        if state.objects[collection]?.contains(where: { $0["name"]?.string == name }) ?? false {
            return .refused(409, "uniqueness_error", "name is already used")
        }
        if let refusal = objection(state, collection, body) { return refusal }
        state.lastID += 1
        var object = body
        object["id"] = .integer(state.lastID)
        if ["servers", "load_balancers"].contains(collection) {
            object["public_net"] = ["ipv4": ["ip": .string("198.51.100.\(state.lastID % 250)")]]
        }
        if collection == "servers" {
            object["server_type"] = ["name": body["server_type"] ?? ""]
            object["private_net"] = []
        }
        state.objects[collection, default: []].append(object)
        state.effects.append("create \(collection) \(name)")
        let singular = String(collection.dropLast())
        guard ["servers", "volumes", "load_balancers"].contains(collection) else {
            return Answer(status: 201, body: [singular: object])
        }
        return Answer(
            status: 201,
            body: [singular: object, "action": begin(&state, "create_\(singular)"), "next_actions": []])
    }

    private func objection(_ state: State, _ collection: String, _ body: JSONValue) -> Answer? {
        func isThere(_ collection: String, _ id: JSONValue?) -> Bool {
            id?.integer.map { index(state, collection, $0) != nil } ?? false
        }
        switch collection {
        case "servers":
            guard Self.serverTypes[body["server_type"]?.string ?? ""] != nil else {
                return .refused(422, "invalid_input", "no such server type")
            }
            guard body["ssh_keys"]?.elements.allSatisfy({ isThere("ssh_keys", $0) }) ?? true,
                body["firewalls"]?.elements.allSatisfy({ isThere("firewalls", $0["firewall"]) }) ?? true,
                isThere("placement_groups", body["placement_group"])
            else { return .refused(422, "invalid_input", "it names what isn't there") }
            let neighbours = state.objects["servers"]?.count { $0["placement_group"] == body["placement_group"] } ?? 0
            if neighbours >= 10 { return .refused(422, "placement_error", "a spread group takes ten servers") }
        case "volumes":
            guard isThere("servers", body["server"]), (body["size"]?.integer ?? 0) >= 10 else {
                return .refused(422, "invalid_input", "no such server, or too small")
            }
        case "load_balancers":
            guard isThere("networks", body["network"]) else { return .refused(422, "invalid_input", "no such network") }
        case "ssh_keys":
            let isUsed = state.objects[collection]?.contains { $0["public_key"] == body["public_key"] } ?? false
            if isUsed { return .refused(409, "uniqueness_error", "the key is already used") }
        default: break
        }
        return nil
    }

    // MARK: Changing

    private func act(
        _ state: inout State, _ collection: String, _ id: Int64, _ action: String, _ body: JSONValue
    ) -> Answer {
        guard let at = index(state, collection, id), let object = state.objects[collection]?[at] else {
            return Self.notFound
        }
        let name = object["name"]?.string ?? ""
        switch (collection, action) {
        case ("servers", "attach_to_network"):
            guard Set(body.members.map(\.name)).isSubset(of: ["network", "ip", "alias_ips"]) else {
                return .refused(400, "invalid_input", "unknown fields")
            }
            // The server is being worked on until its making has ended.
            if state.actions.values.contains(where: { $0 > 0 }) { return .refused(423, "locked", "the server is locked") }
            let ip = body["ip"]?.string ?? ""
            let used = (state.objects["servers"] ?? []).flatMap { $0["private_net"]?.elements ?? [] }
            guard ip.hasPrefix("10.0.1."), !used.contains(where: { $0["ip"]?.string == ip }) else {
                return .refused(409, "ip_not_available", "that address isn't free")
            }
            guard object["private_net"]?.elements.isEmpty ?? true else {
                return .refused(409, "server_already_attached", "it is attached already")
            }
            state.objects[collection]?[at]["private_net"] = [["network": body["network"] ?? .null, "ip": .string(ip)]]
        case ("firewalls", "set_rules"):
            state.objects[collection]?[at]["rules"] = body["rules"]
        default: return .refused(404, "not_found", "no such action")
        }
        state.effects.append("\(action) \(name)")
        return Answer(status: 201, body: ["action": begin(&state, action)])
    }

    private func relabel(_ state: inout State, _ id: Int64, _ body: JSONValue) -> Answer {
        guard let at = index(state, "servers", id) else { return Self.notFound }
        guard Set(body.members.map(\.name)).isSubset(of: ["name", "labels"]) else {
            return .refused(400, "invalid_input", "unknown fields")
        }
        state.objects["servers"]?[at]["labels"] = body["labels"]
        state.effects.append("label \(state.objects["servers"]?[at]["name"]?.string ?? "")")
        return Answer(status: 200, body: ["server": state.objects["servers"]?[at] ?? .null])
    }

    // MARK: Prices

    private static let pricing: JSONValue = {
        func prices(_ net: String) -> JSONValue {
            [["location": "fsn1", "price_monthly": ["net": .string(net), "gross": "99.0000"]]]
        }
        return [
            "pricing": [
                "currency": "EUR", "volume": ["price_per_gb_month": ["net": "0.0440000000", "gross": "0.0523600000"]],
                "primary_ips": [["type": "ipv4", "prices": prices("0.5000000000")]],
                "server_types": [
                    ["name": "cpx21", "prices": prices("7.5500000000")],
                    ["name": "cpx41", "prices": prices("26.4900000000")],
                    ["name": "cax21", "prices": prices("6.4900000000")],
                ],
                "load_balancer_types": [["name": "lb11", "prices": prices("5.3900000000")]],
            ]
        ]
    }()
}
