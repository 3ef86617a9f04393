import Testing

/// Rules that a compiler and a formatter don't hold.
struct StyleTests {
    @Test func noFileIsLongerThan350Lines() throws {
        let code: Set<String> = ["swift", "sql", "mustache", "css", "js", "json", "py", "nix"]
        let files = try Repository.files(in: "Sources", code) + Repository.files(in: "Tests", code)
        for file in files {
            // The text ends in a newline, which begins no line.
            let count = file.lines.count - 1
            #expect(count <= 350, "\(file) has \(count) lines")
        }
    }

    @Test func nothingInSourcesStopsTheProcessCarelessly() throws {
        for file in try Repository.files(in: "Sources") {
            for line in file.code {
                for word in ["try!", "as!", "fatalError("] where line.contains(word) {
                    Issue.record("\(file) has \(word): \(line)")
                }
            }
        }
    }

    /// SQLite binds `$1` by order of appearance, so that one text would mean two things. Only the libpq driver writes it.
    @Test func sqlHasNumberedPlaceholdersOnly() throws {
        for file in try Repository.files(in: "Sources", ["swift", "sql"]) where file.target != "Postgres" {
            for line in file.code where isSQL(line) || file.path.hasSuffix(".sql") {
                #expect(!hasDollarPlaceholder(line), "\(file) has a $ placeholder: \(line)")
            }
        }
    }

    @Test func placeholdersAreRecognised() {
        #expect(hasDollarPlaceholder("SELECT 1 WHERE id = $1"))
        #expect(!hasDollarPlaceholder("SELECT 1 WHERE id = ?1"))
        #expect(isSQL("            UPDATE boxes SET tier = $3"))
        #expect(!isSQL("values.map { $0 + $1 }"))
    }

    private func isSQL(_ line: Substring) -> Bool {
        ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WHERE ", "VALUES ", " SET ", "LIMIT "].contains { line.contains($0) }
    }

    private func hasDollarPlaceholder(_ line: Substring) -> Bool {
        zip(line, line.dropFirst()).contains { $0 == "$" && ("1"..."9").contains($1) }
    }
}
