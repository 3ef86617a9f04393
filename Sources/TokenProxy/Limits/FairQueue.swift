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

        var isEmpty: Bool { first == elements.count }

        mutating func append(_ element: Element, weight: Int) {
            self.weight = weight
            elements.append(element)
        }

        mutating func popFirst() -> Element {
            let element = elements[first]
            first += 1
            finish += 1 / Double(weight)
            // Those who had their turn are let go, now and then all at once.
            if first > 32, first * 2 > elements.count {
                elements.removeFirst(first)
                first = 0
            }
            return element
        }
    }

    private var lines: [Customer.ID: Line] = [:]
    private var time = 0.0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ element: Element, customerID: Customer.ID, weight: Int) {
        lines[customerID, default: Line(finish: time + 1 / Double(weight), weight: weight)].append(element, weight: weight)
        count += 1
    }

    mutating func popFirst() -> Element? {
        guard let (id, _) = lines.min(by: { $0.value.finish < $1.value.finish }) else { return nil }
        time = lines[id]!.finish
        let element = lines[id]!.popFirst()
        if lines[id]!.isEmpty { lines[id] = nil }
        count -= 1
        return element
    }
}
