import Core
import Kubernetes
import Testing

@testable import Operator

/// Who lives in a namespace, as far as what somebody has done to it lets that be read.
struct TenantTests {
    private let agent = AgentReference(Sample.box())

    private func inhabitant(owner: String?, box: String?) -> AgentReference? {
        AgentReference(
            namespace: KubernetesObject(
                .namespaces, name: Tenant.namespace(agent.customerID), namespace: nil,
                labels: box.map { [Tenant.Label.box: $0] } ?? [:],
                annotations: owner.map { [Tenant.Annotation.owner: $0] } ?? [:]))
    }

    @Test func isReadFromWhicheverMarkIsLeft() {
        let id = agent.boxID.rawValue
        #expect(inhabitant(owner: id, box: id) == agent)
        #expect(inhabitant(owner: nil, box: id) == agent)
        #expect(inhabitant(owner: id, box: nil) == agent)
        #expect(inhabitant(owner: "nobody", box: id) == agent)
        #expect(inhabitant(owner: id, box: "nobody") == agent)
    }

    @Test func isNobodyWhereBothAreGone() {
        #expect(inhabitant(owner: "nobody", box: "nobody") == nil)
        #expect(inhabitant(owner: nil, box: nil) == nil)
    }
}
