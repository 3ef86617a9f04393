import JSON
package import Kubernetes

/// What RBAC can't say: the operator's account writes in `customer-*` alone, and binds its own role to itself alone.
extension OperatorAccess {
    /// For Kubernetes 1.30 and later (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/).
    package var admissionPolicies: [KubernetesObject] {
        let name = "openclaw-cloud-operator"
        return [
            KubernetesObject(
                .admissionPolicies, name: name, namespace: nil,
                body: [
                    "spec": [
                        "failurePolicy": "Fail",
                        "matchConstraints": [
                            "resourceRules": [
                                [
                                    "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*/*"],
                                    "operations": ["CREATE", "UPDATE", "DELETE", "CONNECT"],
                                ]
                            ]
                        ],
                        "matchConditions": [
                            [
                                "name": "the-operator",
                                "expression": .string("request.userInfo.username == '\(userName)'"),
                            ]
                        ],
                        "validations": .array(
                            validations.map { ["expression": .string($0.expression), "message": .string($0.message)] }),
                    ]
                ]),
            KubernetesObject(
                .admissionPolicyBindings, name: name, namespace: nil,
                body: ["spec": ["policyName": .string(name), "validationActions": ["Deny"]]]),
        ]
    }

    private var userName: String { "system:serviceaccount:\(platformNamespace):\(Self.serviceAccount)" }

    private var validations: [(expression: String, message: String)] {
        let customers = "startsWith('\(Tenant.prefix)')"
        return [
            (
                "request.resource.resource == 'namespaces' ? "
                    + "(request.operation == 'DELETE' ? oldObject : object).metadata.name.\(customers) : "
                    + "(request.namespace.\(customers) || "
                    + "(request.namespace == '\(platformNamespace)' && request.resource.resource == 'leases'))",
                "the operator writes in customers' namespaces alone"
            ),
            (
                // Else a pod there could take its node.
                "request.resource.resource != 'namespaces' || request.operation == 'DELETE' || "
                    + "(has(object.metadata.labels) && '\(Tenant.Label.podSecurity)' in object.metadata.labels && "
                    + "object.metadata.labels['\(Tenant.Label.podSecurity)'] == 'restricted')",
                "customers' namespaces are restricted"
            ),
            (
                "request.resource.resource != 'rolebindings' || request.operation == 'DELETE' || "
                    + "(object.roleRef.kind == 'ClusterRole' && object.roleRef.name == '\(Self.customerRole)' && "
                    + "object.subjects.all(s, s.kind == 'ServiceAccount' && s.name == '\(Self.serviceAccount)' && "
                    + "s.namespace == '\(platformNamespace)'))",
                "the operator lets itself in, and nobody else"
            ),
        ]
    }
}
