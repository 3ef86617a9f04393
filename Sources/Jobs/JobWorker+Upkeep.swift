import Core
import Logging
import SQL

extension JobWorker {
    /// Renews the leases of what runs here, and cancels what runs without one.
    func keepLeases() async {
        let leases = running.leases
        guard !leases.isEmpty else { return }
        do {
            let lost = try await queue.write { [lease = timing.lease] work in
                try JobStore(work.transaction).renew(leases, until: work.now + lease)
            }
            running.cancel(lost)
        } catch {
            logger.warning("can't renew the leases of running jobs", metadata: ["error": "\(error)"])
        }
    }

    /// Puts back the jobs of dead workers.
    func rescue(leasesEndingBefore time: Timestamp) async {
        do {
            guard try await queue.database.read({ try JobStore($0).hasExpiredLeases(now: time) }) else { return }
            let count = try await queue.write { work in
                let count = try JobStore(work.transaction).rescue(leasesEndingBefore: time, now: work.now)
                if count > 0 { work.wakeWorkers() }
                return count
            }
            logger.warning("put back jobs whose worker is gone", metadata: ["jobs": "\(count)"])
        } catch is CancellationError {
            return
        } catch {
            logger.warning("can't look for abandoned jobs", metadata: ["error": "\(error)"])
        }
    }

    /// Adds periodic jobs when they are due, until the task is cancelled.
    func addPeriodicJobs() async {
        while !Task.isCancelled {
            var pause = Duration.seconds(1)
            do {
                let schedule = try await queue.database.read { try JobStore($0).periodicSchedule() }
                let now = queue.clock.now
                let pending = periodic.filter { job in
                    schedule[job.kind].map { $0 <= now || $0 > now + job.interval } ?? true
                }
                if !pending.isEmpty {
                    try await queue.write { work in try pending.enqueueDue(in: work) }
                }
                for job in periodic {
                    guard let next = schedule[job.kind], next > now else { continue }
                    pause = min(pause, next - now)
                }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("can't add periodic jobs", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: pause)
        }
    }
}
