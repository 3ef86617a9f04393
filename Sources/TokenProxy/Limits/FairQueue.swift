import Core

/// Who is next when more want to call than may: each customer by weight, however many calls one has waiting; the calls of
/// one customer in their order. Pure.
struct FairQueue<Element> {
    private struct Line {
        var elements: [Element] = []
        var first = 0
        /// The finish time of the customer's next call, in the queue's own time: a call takes 1 / weight of it.
        var finish: Double
        var weight: Int
    }

    private var lines: [Customer.ID: Line] = [:]
    private var time = 0.0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ element: Element, customerID: Customer.ID, weight: Int) {
        var line = lines[customerID] ?? Line(finish: time + 1 / Double(weight), weight: weight)
        line.weight = weight
        line.elements.append(element)
        lines[customerID] = line
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard let (id, _) = lines.min(by: { $0.value.finish < $1.value.finish }) else { return nil }
        var line = lines[id]!
        time = line.finish
        let element = line.elements[line.first]
        line.first += 1
        line.finish += 1 / Double(line.weight)
        lines[id] = line.first == line.elements.count ? nil : line
        count -= 1
        return element
    }
}
