import Core
import JSON
import Jobs
import SQL
import Store
import Synchronization
import TestSupport
import Testing

@testable import Kubernetes
@testable import Operator

/// What a new image's program says of the configuration, before any agent runs as it.
struct ConfigurationCheckTests {
    @Test func tellsTheProgramsOwnWords() {
        #expect(ConfigurationCheck(code: 0, output: "") == .accepted)
        let output = """
            Config warnings: none
            {"valid":false,"issues":[{"path":"agents.defaults","message":"Unrecognized key: \\"memorySearch\\""},{"path":"","message":"b"}]}
            """
        #expect(
            ConfigurationCheck(code: 1, output: output)
                == .refused(#"agents.defaults: Unrecognized key: "memorySearch"; b"#))
        let legacy = ConfigurationCheck(code: 1, output: "Legacy config keys\ndetected")
        #expect(legacy == .refused("Legacy config keys detected"))
        #expect(ConfigurationCheck(code: 137, output: "") == .undecided("its program ended with 137 and said nothing"))
    }

    @Test func theJobReachesNothingAndHoldsNoState() throws {
        let box = Sample.box()
        let job = CheckManifest(agent: AgentReference(box), image: "agent:2", settings: ClusterSettings(image: "agent:1"))
            .job
        let spec = job["spec"]?["template"]?["spec"]
        #expect(spec?["containers"]?.elements.first?["command"] == ["openclaw", "config", "validate", "--json"])
        #expect(spec?["containers"]?.elements.first?["image"] == "agent:2")
        #expect(spec?["volumes"]?.elements.contains { $0["persistentVolumeClaim"] != nil } == false)
        #expect(job["spec"]?["template"]?["metadata"]?["labels"]?[Tenant.Label.appName] == "openclaw-check")
        let other = CheckManifest(agent: AgentReference(box), image: "agent:3", settings: ClusterSettings(image: "agent:1"))
            .job
        #expect(job.name != other.name)
    }
}
